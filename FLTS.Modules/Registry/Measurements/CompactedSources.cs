using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Sources;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry.Measurements;

/// <summary>
/// The sources of a dataset with the measurements of its log in them, by their content like any other: the same rows give the same bytes,
/// whoever compacts. Where there is no log, the files are the sources.
/// </summary>
internal sealed partial class CompactedSources(
    ISourceCatalog sources,
    SourceVersions versions,
    SourceReader reader,
    MeasurementReader log,
    MergedTables merged,
    ReadingTurn turn,
    ILogger<CompactedSources> logger)
{
    /// <summary>Options of a pipeline without which its files may not be readable.</summary>
    private static readonly string[] _forms = ["timestamp_column", "time_format", "decimal", "thousands", "missing_words", "skip_rows"];

    /// <summary>The newest sources of a series by its name.</summary>
    /// <param name="name">See <see cref="ISourceCatalog.ResolveAsync"/>.</param>
    /// <param name="given">Options of who asks, before those that are stored with the dataset; those of how it is written count.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">Not a name, or the files cannot be read.</exception>
    /// <exception cref="NotFoundException">No such dataset.</exception>
    public async Task<SourceFiles> ResolveAsync(DatasetName name, JsonObject given, CancellationToken cancellation)
    {
        var files = await sources.ResolveAsync(name, cancellation);
        var changes = await log.ChangesAsync(name, cancellation);
        if (changes == 0)
            return files;

        var form = files with
        {
            Options = files.Options.With([.. given.Where(o => _forms.Contains(o.Key) && o.Value is not null)
                .Select(o => KeyValuePair.Create(o.Key, o.Value?.DeepClone()))]),
        };
        return await versions.FindMadeAsync(files, MadeOf(form, changes), cancellation) ?? await turn.RunAsync(
            async () =>
            {
                var rows = await log.AllAsync(name, cancellation);
                return await versions.FindMadeAsync(files, MadeOf(form, rows.Changes), cancellation)
                    ?? await CompactAsync(files, form, rows, cancellation);
            },
            cancellation);
    }

    private async Task<SourceFiles> CompactAsync(SourceFiles files, SourceFiles form, LoggedRows rows, CancellationToken cancellation)
    {
        var (train, test, hasLog) = await merged.ReadAsync(form, rows, cancellation);
        if (!hasLog)
            return files;

        var trainSource = await StoreAsync(train);
        FaultPoint.Reach("compaction.train-written");
        var testSource = test is null ? null : await StoreAsync(test);
        FaultPoint.Reach("compaction.before-commit");
        await versions.AddMadeAsync(files.Name, MadeOf(form, rows.Changes), trainSource, testSource, cancellation);
        FaultPoint.Reach("compaction.after-commit");
        LogCompacted(logger, files.Name, rows.Rows.Count, train.Rows, test?.Rows ?? 0);
        return files with { TrainSha256 = trainSource.Sha256, TestSha256 = testSource?.Sha256 };

        async Task<StoredSource> StoreAsync(RawTable table)
        {
            await using var copy = new FileStream(
                Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
            await reader.WriteAsync(table, form, copy, cancellation);
            return await versions.StoreAsync(copy, cancellation);
        }
    }

    /// <summary>Whatever the bytes follow from.</summary>
    private static string MadeOf(SourceFiles files, long changes) => CanonicalJson.Hash(new JsonObject
    {
        ["train"] = files.TrainSha256,
        ["test"] = files.TestSha256,
        ["since"] = new JsonArray(Text(files.Since.Train), files.Since.Test is { } test ? Text(test) : null),
        ["options"] = files.Options.Json,
        ["changes"] = changes,
    });

    private static string Text(DateTimeOffset time) => time.UtcTicks.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Dataset {dataset}: its log of {rows} rows was compacted into {train} rows of train and {test} of test")]
    private static partial void LogCompacted(ILogger logger, DatasetName dataset, int rows, int train, int test);
}
