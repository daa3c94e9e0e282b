using System.Globalization;

namespace FLTS.Host.Hosting;

/// <summary>The data folder and the lock that admits one process to it on the embedded default.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream? _lock;

    private DataFolder(FileStream? held) => _lock = held;

    /// <summary>Makes the folder and, where it is the only copy of the state, takes its lock.</summary>
    /// <exception cref="ConflictException">Another process holds it.</exception>
    public static DataFolder Open(HostSettings settings)
    {
        try
        {
            Directory.CreateDirectory(settings.DataDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(
                $"The data folder {settings.DataDirectory} cannot be made: {e.Message} Choose another with --data.", e);
        }

        if (!settings.IsEmbedded)
            return new DataFolder(null);

        var path = Path.Combine(settings.DataDirectory, "flts.lock");
        try
        {
            var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(path + ".pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new DataFolder(held);
        }
        catch (IOException)
        {
            var pid = File.Exists(path + ".pid") ? File.ReadAllText(path + ".pid") : "unknown";
            throw new ConflictException(
                $"The data folder {settings.DataDirectory} is in use by another FLTS (process {pid}). Stop that one, or choose another "
                + "folder with --data.");
        }
    }

    public void Dispose() => _lock?.Dispose();
}
