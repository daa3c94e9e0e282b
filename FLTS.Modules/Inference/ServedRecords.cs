using System.Text.Json;
using FLTS.Modules.Registry;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Inference;

/// <summary>A model in force, with everything that finds its files.</summary>
/// <param name="Identifier">What it forecasts.</param>
/// <param name="Version">Line of the ledger.</param>
/// <param name="RunId">The run that made it.</param>
/// <param name="Attempt">The attempt of the run whose files count.</param>
/// <param name="ManifestSha256">Of <c>manifest.json</c>; null where the artifacts are gone.</param>
/// <param name="ModelType">For example GRU.</param>
/// <param name="ConfigHash">The data it was trained on.</param>
internal sealed record ServedRecord(string Identifier, int Version, string RunId, int Attempt, string? ManifestSha256, string ModelType, string ConfigHash);

/// <summary>What this machine last served, in a file beside the artifact cache: enough to serve it again while database and store are away.</summary>
internal sealed partial class ServedRecords(string path, ILogger<ServedRecords> logger)
{
    /// <summary>Empty where nothing was served here yet, or the file cannot be read. What names no model is left out.</summary>
    public IReadOnlyList<ServedRecord> Read()
    {
        try
        {
            if (!File.Exists(path))
                return [];

            var records = JsonSerializer.Deserialize<List<ServedRecord?>>(File.ReadAllBytes(path), RegistryJson.Options) ?? [];
            return [.. records.OfType<ServedRecord>().Where(r => r is { Identifier: not null, RunId: not null })];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            LogUnreadable(logger, path, e.Message);
            return [];
        }
    }

    public void Write(IReadOnlyList<ServedRecord> records)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var temporary = $"{path}.{Guid.NewGuid():N}~";
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(records, RegistryJson.Options));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(logger, path, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{path} cannot be read, so nothing is served before database and store are there: {reason}")]
    private static partial void LogUnreadable(ILogger logger, string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{path} cannot be written; a start while database and store are away would serve what it says now: {reason}")]
    private static partial void LogNotWritten(ILogger logger, string path, string reason);
}
