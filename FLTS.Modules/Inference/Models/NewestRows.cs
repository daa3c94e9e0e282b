using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Storage;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Inference.Models;

/// <summary>
/// The newest rows of a served model's dataset: at first the end of the data it came from, then what was appended or put in its place.
/// Rows that came through this process count from the next request on, those through another from the next look at the registry.
/// </summary>
internal sealed partial class NewestRows(
    DatasetReader datasets,
    ISourceCatalog sources,
    IProcessedData data,
    IObjectStore store,
    ComputeThreads threads,
    LoggedTail log,
    ILogger<NewestRows> logger)
{
    /// <summary>Rows read beyond those needed: doubled timestamps fall away, and a gap may stand near the end.</summary>
    private const int SpareRows = 100;

    /// <summary>The end of the data that a model came from: train's tail and test, as far as the model looks back.</summary>
    public async Task<StartingRows> OfTrainingAsync(LoadedModel loaded, CancellationToken cancellation)
    {
        PreparedDataset dataset;
        try
        {
            dataset = await data.OpenAsync(loaded.Manifest.ConfigHash, cancellation);
        }
        catch (FltsException e)
        {
            return None(e.Message) with { Files = await NameAsync(loaded, cancellation), AreDue = true, IsTrainingDue = true };
        }

        // These rows carry their lags: what a window of a client needs before it for them is needed for coming steps alone.
        var serving = new ServingModel(loaded.Config, loaded.Scaler, loaded.Forecaster.Signature);
        var need = Math.Max(1, Math.Max(serving.Signature.InputLength, serving.LargestLag));
        var series = SeriesJoin.Join(dataset.Train, Math.Max(0, dataset.Train.Rows - need), dataset.Test);
        var first = series.Rows - need;
        var isEnough = first >= 0 && series.Segments[first] == series.Segments[^1];
        var rows = isEnough
            ? Measured(dataset, serving, series, first)
            : None($"the data ends with fewer than {serving.RowsNeeded} rows without a gap");

        // Where there are lags the source has more: rows behind a gap that lack a lag are left out of the processed data.
        return rows with { Files = await NameAsync(loaded, cancellation), AreDue = serving.LargestLag > 0 };
    }

    /// <summary>The rows to start from. Waits for the disk only where this process has stored rows since the last look.</summary>
    public async ValueTask<StartingRows> OfAsync(ServedModel model, CancellationToken cancellation)
    {
        if (model.Newest.Files is not null && model.Newest.Seen != sources.Additions)
            await LookAsync(model, cancellation);

        return model.Newest;
    }

    /// <summary>Asks the registry for newer rows and reads them. What cannot be read leaves those that are known, with a warning.</summary>
    public async Task LookAsync(ServedModel model, CancellationToken cancellation)
    {
        await model.Looking.WaitAsync(cancellation);
        try
        {
            var seen = sources.Additions;
            if (model.Newest is { Series: null, IsTrainingDue: true } unread)
                await ReadTrainingAgainAsync(model, unread, cancellation);

            var known = model.Newest;
            if (known.Files is not { } files)
                return;

            var (newest, changes) = (files, known.Changes);
            try
            {
                newest = await sources.NewestAsync(files.Name, cancellation) ?? files;
                changes = await log.ChangesAsync(files.Name, cancellation);
                model.Newest = newest == files && changes == known.Changes && !known.AreDue
                    ? known with { Seen = seen, Warning = known.Unfit }
                    : (await ReadAsync((newest, changes), known, model.Serving, cancellation)) with { Seen = seen };
            }
            catch (Exception e) when (e is FltsException || DatabaseFaults.IsPassing(e))
            {
                if (known.Warning is null)
                    LogNotRead(logger, model.Identifier, files.Name, e.Message);
                var warning = $"Newer rows of '{files.Name}' cannot be used: {e.Message}";

                // Files that do not fit will not fit the next time; what is only out of reach is asked for again.
                model.Newest = e is InvalidInputException
                    ? known with
                    {
                        Seen = seen,
                        Files = newest,
                        Changes = changes,
                        Tail = null,
                        Warning = warning,
                        Unfit = warning,
                        AreDue = false,
                    }
                    : known with { Seen = seen, Warning = warning };
            }
        }
        finally
        {
            model.Looking.Release();
        }
    }

    /// <summary>
    /// Data that could not be read when the model was loaded is tried again at every look: the source beside it may be gone, or be of
    /// another form by now.
    /// </summary>
    private async Task ReadTrainingAgainAsync(ServedModel model, StartingRows unread, CancellationToken cancellation)
    {
        try
        {
            var read = await OfTrainingAsync(model.Loaded, cancellation);
            model.Newest = read.IsTrainingDue
                ? unread with { Files = unread.Files ?? read.Files, None = read.None }
                : read;
        }
        catch (Exception e) when (e is FltsException || DatabaseFaults.IsPassing(e))
        {
            // The database is away: whoever asks for a forecast is told what was missing before.
        }
    }

    public static StartingRows None(string reason) => new(null, reason, null, null, -1);

    private async Task<SourceFiles?> NameAsync(LoadedModel loaded, CancellationToken cancellation)
    {
        var name = await datasets.SourceOfAsync(loaded.Manifest.ConfigHash, cancellation);
        if (name is not { } known)
            return null;

        return new SourceFiles(known, loaded.Config.TrainSha256, loaded.Config.TestSha256)
        {
            Options = await OptionsAsync(known, cancellation),
        };
    }

    private async Task<SourceOptions> OptionsAsync(DatasetName name, CancellationToken cancellation)
    {
        try
        {
            return (await sources.NewestAsync(name, cancellation))?.Options ?? SourceOptions.None;
        }
        catch (FltsException)
        {
            return SourceOptions.None; // Whoever looks for newer rows says what is wrong with them.
        }
    }

    /// <summary>What test, which the scaler has not seen, says of the rows at its end.</summary>
    private static StartingRows Measured(PreparedDataset dataset, ServingModel model, PreparedSeries series, int first)
    {
        var (targets, rows) = (dataset.Meta.Targets, RowsRead(model));
        var remarks = targets.SelectMany((t, m) => ServingRemarks.Of(
            model.Scaler[t], dataset.TestTruth[m].AsSpan(Math.Max(0, dataset.TestTruth[m].Length - rows)), isTarget: true));
        var fell = targets.Where((_, m) => dataset.TestTruth[m].Any(v => v < 0)).ToList();
        return new StartingRows(Tail(series, first).Knowing(fell), null, null, null, -1) { Remarks = [.. remarks] };
    }

    private static int RowsRead(ServingModel model) => (2 * model.RowsNeeded) + SpareRows;

    /// <summary>Reads them; what fell below 0 before is not forgotten with the rows that showed it.</summary>
    private async Task<StartingRows> ReadAsync(
        (SourceFiles Files, long Changes) now, StartingRows known, ServingModel served, CancellationToken cancellation)
    {
        var files = now.Files;
        var model = served with { Config = files.Options.FormOver(served.Config) };

        // Where rows are brought to a grid, many may make a step.
        var rows = RowsRead(model);
        var wanted = (rows, model.Config.Reading.Resample is null ? (TimeSpan?)null : model.Signature.Step.Duration * rows);
        var tail = known.Files == files && known.Tail is { } kept ? kept : await TailAsync(files, wanted, model, cancellation);
        var table = now.Changes == 0 ? tail : await log.OverAsync(tail, files, model.Config, wanted, cancellation);
        var frame = ServingFrame.FromTable(table, model);
        var series = frame.Series.Knowing(known.Series?.FellBelowZero ?? []);
        return new StartingRows(series, null, null, files, known.Seen) { Remarks = frame.Warnings, Changes = now.Changes, Tail = tail };
    }

    private async Task<RawTable> TailAsync(
        SourceFiles files, (int Rows, TimeSpan? Span) wanted, ServingModel model, CancellationToken cancellation)
    {
        var (rows, span) = wanted;
        var last = files.TestSha256 is { } test ? await TailAsync(test, $"{files.Name}_test.csv", wanted, model, cancellation) : null;
        if (last is null || last.Rows < rows || last.Timestamps.Max() - last.Timestamps.Min() < span)
        {
            var train = await TailAsync(files.TrainSha256, $"{files.Name}.csv", wanted, model, cancellation);
            last = last is null ? train : train.With(last);
        }

        return last;
    }

    private async Task<RawTable> TailAsync(
        string sha256, string file, (int Rows, TimeSpan? Span) wanted, ServingModel model, CancellationToken cancellation)
    {
        await using var source = new HashingStream(
            await store.OpenReadAsync(ObjectKeys.Source(sha256), cancellation), $"the source of {file}");
        var options = DatasetPreparer.ReadOptions(model.Config) with
        {
            Columns = [.. model.Scaler.Columns.Select(c => c.Name)],
            MaxBytes = long.MaxValue,
            MaxColumns = int.MaxValue,
            Newest = wanted.Rows,
            NewestSpan = wanted.Span,
            AnyNames = true,
        };
        try
        {
            var table = await threads.RunOnOneAsync(
                () => CsvTableReader.Read(source, file, options, null, new Parallelism(1, cancellation)), cancellation);
            return source.Finish() == sha256 ? table : throw Changed(null);
        }
        catch (InvalidInputException e)
        {
            if (source.Finish() == sha256)
                throw;

            throw Changed(e); // The rows that were stored may fit.
        }

        CorruptArtifactException Changed(Exception? cause) =>
            new($"{ObjectKeys.Source(sha256)} ({file}) was changed after it was stored.", cause);
    }

    private static PreparedSeries Tail(PreparedSeries series, int first) => new()
    {
        Timestamps = series.Timestamps[first..],
        Segments = series.Segments[first..],
        Step = series.Step,
        Columns = series.Columns,
        Values = [.. series.Values.Select(v => v[first..])],
        Observed = [.. series.Observed.Select(o => o[first..])],
        Targets = series.Targets,
        FlatTargets = series.FlatTargets,
    };

    [LoggerMessage(
        EventName = "newest_rows_failed",
        Level = LogLevel.Warning,
        Message = "Newer rows of {dataset} cannot be used for {identifier}, tried again: {reason}")]
    private static partial void LogNotRead(ILogger logger, Identifier identifier, DatasetName dataset, string reason);
}
