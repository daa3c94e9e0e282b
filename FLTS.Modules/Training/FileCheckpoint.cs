using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Training;

/// <summary>A checkpoint as a file next to the run's staged files.</summary>
internal sealed partial class FileCheckpoint(string path, ILogger logger) : ICheckpoint
{
    public byte[]? Load()
    {
        try
        {
            return File.Exists(path) ? File.ReadAllBytes(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFault(logger, path, e);
            return null;
        }
    }

    public void Save(byte[] state)
    {
        try
        {
            AtomicFile.Write(path, state);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFault(logger, path, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The checkpoint {path} could not be used; a killed training would start anew.")]
    private static partial void LogFault(ILogger logger, string path, Exception exception);
}
