using System.Text.Json;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Inference.Models;

/// <summary>
/// What this machine last served, in a file beside the artifact cache: enough to serve it again while database and store are away.
/// </summary>
internal sealed partial class ServedRecords(string path, ILogger<ServedRecords> logger)
{
    /// <summary>Empty where nothing was served here yet, or the file cannot be read. What names no model is left out.</summary>
    public IReadOnlyList<ServedChampion> Read()
    {
        try
        {
            if (!File.Exists(path))
                return [];

            var records = JsonSerializer.Deserialize<List<ServedChampion?>>(File.ReadAllBytes(path), RegistryJson.Options) ?? [];
            return [.. records.OfType<ServedChampion>().Where(r => r.Identifier != default && r.RunId != default)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            LogUnreadable(logger, path, e.Message);
            return [];
        }
    }

    public void Write(IReadOnlyList<ServedChampion> records)
    {
        try
        {
            AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(records, RegistryJson.Options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(logger, path, e.Message);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{path} cannot be read, so nothing is served before database and store are there: {reason}")]
    private static partial void LogUnreadable(ILogger logger, string path, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{path} cannot be written; a start while database and store are away would serve what it says now: {reason}")]
    private static partial void LogNotWritten(ILogger logger, string path, string reason);
}
