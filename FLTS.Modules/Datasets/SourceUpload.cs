using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;
using FLTS.Modules.Registry.Sources;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Datasets;

/// <summary>
/// What an upload became. Where the file holds several <paramref name="Series"/>, its rows, columns and times are those of the first.
/// </summary>
internal sealed record UploadedSource(
    DatasetName Name,
    string Part,
    int Version,
    string Sha256,
    long Size,
    int Rows,
    IReadOnlyList<string> Columns,
    string First,
    string Last,
    IReadOnlyList<DatasetName> Series,
    IReadOnlyList<string> Warnings);

/// <summary>
/// <c>PUT /datasets/{name}</c>: to a local file within the limits, read as a pipeline would read it, then kept as the newest version.
/// </summary>
internal sealed partial class SourceUpload(
    ISourceCatalog sources,
    SourceReader reader,
    ReadingTurn turn,
    LatestRow latest,
    ComputeBudget budget,
    DatasetOptions options,
    ILogger<SourceUpload> logger)
{
    /// <param name="name">Dataset.</param>
    /// <param name="part"><c>train</c> or <c>test</c>.</param>
    /// <param name="given">Options that are stored with it, beside those that are stored already.</param>
    /// <param name="body">The file.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">A name, part, option or file that cannot be used; names row and column.
    /// Nothing was stored.</exception>
    /// <exception cref="TooLargeException">Over a limit; stopped while it came in.</exception>
    public async Task<UploadedSource> ReceiveAsync(
        DatasetName name, string part, JsonObject given, Stream body, CancellationToken cancellation)
    {
        DatasetNames.Check(name);
        if (part is not ("train" or "test"))
            throw new InvalidInputException($"'part' is '{part}'; it must be train or test.");

        // A file of that name in the folder was there before: imported later, it would take this one's place.
        var known = await sources.FindAsync(name, cancellation);
        if (known is not null && known.Whole != name)
            throw new InvalidInputException(
                $"'{name}' is a series of '{known.Whole}', whose file holds all of its series; put that one.");

        var options = (known?.Options ?? SourceOptions.None).With(given);
        var file = SourceReader.FileName(name, part);
        await using var copy = new FileStream(
            Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        await CopyAsync(body, copy, file, cancellation);
        return await turn.RunAsync(() => KeepAsync(name, part, options, known, copy, cancellation), cancellation);
    }

    private async Task<UploadedSource> KeepAsync(
        DatasetName name, string part, SourceOptions options, SourceFiles? known, FileStream copy, CancellationToken cancellation)
    {
        using var reading = budget.EnterReading();
        var file = SourceReader.FileName(name, part);
        var list = options.HoldSeries ? await reader.SeriesAsync(copy, name, options, cancellation) : null;
        var form = list is null ? options : options.Of(list.First(file).Value);
        var table = await reader.ReadAsync(copy, file, form, cancellation);
        SeriesStep? step = null;
        if (part == "test")
        {
            if (known is null)
                throw new NotFoundException(
                    $"There is no dataset '{name}' that '{file}' could be the test part of; put its train part first.");
            var train = await reader.ReadAsync(known.TrainSha256, SourceReader.FileName(name, "train"), form, cancellation);
            step = RefuseOther(train, table, file);
        }

        var frame = SeriesFrame.From(table, SeriesFrame.DefaultMaxGapSteps, step);
        var isChanged = options != (known?.Options ?? SourceOptions.None);
        var row = await sources.AddAsync(name, part, copy, cancellation, isChanged ? options : null);
        LogStored(logger, name, part, row.Version, row.Sha256, table.Rows);
        return new UploadedSource(
            name,
            part,
            row.Version,
            row.Sha256,
            row.Size,
            table.Rows,
            table.Columns,
            frame.Step.Show(frame.Timestamps[0]),
            frame.Step.Show(frame.Timestamps[^1]),
            [.. list?.Named.Select(s => s.Name) ?? []],
            [
                .. list?.Warnings ?? [], .. table.Warnings, .. frame.Report.Warnings, .. Untidy(frame.Report, file), .. Empty(table),
                .. Ahead(), .. part == "train" && isChanged ? await OfTestAsync(name, known?.TestSha256, form, cancellation) : [],
            ]);

        // A whole file may be a plan or a simulation, and is put right by another one.
        IEnumerable<string> Ahead()
        {
            if (frame.Timestamps[^1] > latest.Now)
                yield return $"{file}: the last row is of {LatestRow.Show(frame.Timestamps[^1], form.Config.Timezone)}, ahead of the "
                    + "clock: forecasts start behind it, and rows before it cannot be appended.";
        }
    }

    /// <summary>A new train file may come with options that its test file is still to be written for: that is said.</summary>
    private async Task<IReadOnlyList<string>> OfTestAsync(
        DatasetName name, string? sha256, SourceOptions form, CancellationToken cancellation)
    {
        if (sha256 is null)
            return [];
        try
        {
            _ = await reader.ReadAsync(sha256, SourceReader.FileName(name, "test"), form, cancellation);
            return [];
        }
        catch (InvalidInputException e)
        {
            return [$"The test part cannot be read with these options, put it again: {e.Message}"];
        }
    }

    /// <summary>Looks whether a test file fits its train file.</summary>
    /// <returns>Train's step.</returns>
    /// <exception cref="InvalidInputException">Other columns, or not after train in time.</exception>
    public static SeriesStep RefuseOther(RawTable train, RawTable test, string file)
    {
        // As a pipeline will see it.
        var absent = train.Header.Except(test.Header, StringComparer.Ordinal).ToList();
        var strange = test.Header.Except(train.Header, StringComparer.Ordinal).ToList();
        if (absent.Count + strange.Count > 0)
        {
            string[] differences =
            [
                .. absent.Count > 0 ? [$" {string.Join(", ", absent.Take(10))} missing"] : Array.Empty<string>(),
                .. strange.Count > 0 ? [$" {string.Join(", ", strange.Take(10))} unknown to train"] : Array.Empty<string>(),
            ];
            throw new InvalidInputException(
                $"{file}: the columns differ from train's:{string.Join(",", differences)}. Both parts must have the same.");
        }

        if (train.Columns.FirstOrDefault(c => !test.Columns.Contains(c)) is { } text)
            throw new InvalidInputException(
                $"{file}: column '{text}' is numeric in {train.Name} but not here. "
                + $"{test.Warnings.FirstOrDefault(w => w.Contains($"'{text}'", StringComparison.Ordinal))}");

        var (end, begin) = (train.Timestamps.Max(), test.Timestamps.Min());
        return begin > end
            ? SeriesFrame.From(train, SeriesFrame.DefaultMaxGapSteps).Step
            : throw new InvalidInputException(
                $"{file}: test begins at {begin:yyyy-MM-dd HH:mm:ss}, but train ({train.Name}) ends only at {end:yyyy-MM-dd HH:mm:ss}; "
                + "test must come after train in time.");
    }

    private static IEnumerable<string> Untidy(SeriesReport report, string file)
    {
        if (report.OutOfOrder > 0)
            yield return FormattableString.Invariant(
                $"{file}: {report.OutOfOrder} rows are earlier than the row above them; rows are sorted by time.");
        foreach (var sentence in report.LeftOut(file))
            yield return sentence;
    }

    private static IEnumerable<string> Empty(RawTable table) =>
        Enumerable.Range(0, table.Columns.Count)
            .Where(c => Array.TrueForAll(table.Take(c, 0, table.Rows), double.IsNaN))
            .Select(c =>
                $"{table.Name}: column '{table.Columns[c]}' has no value at all; as a target or input of train it cannot be used.");

    // The limit holds while bytes come in: what is over it is not read on.
    private async Task CopyAsync(Stream body, FileStream copy, string file, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 17];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            if (copy.Length + read > options.MaxBytes)
                throw new TooLargeException($"{file}: the file is larger than the limit of {options.MaxBytes} bytes (Datasets:MaxBytes).");
            await copy.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }

        await copy.FlushAsync(cancellation);
    }

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Dataset {dataset}: {part} version {version} stored, {rows} rows (sha256 {sha256})")]
    private static partial void LogStored(ILogger logger, DatasetName dataset, string part, int version, string sha256, int rows);
}
