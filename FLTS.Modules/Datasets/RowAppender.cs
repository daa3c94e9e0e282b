using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Sources;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Datasets;

/// <summary>What became of rows that were sent.</summary>
/// <param name="Name">Dataset.</param>
/// <param name="Appended">Rows that were stored: all but those of which the same was known.</param>
/// <param name="New">Behind the newest row that was known.</param>
/// <param name="Late">Of times before it at which nothing was known.</param>
/// <param name="Corrected">Of times of which something else was known.</param>
/// <param name="Unchanged">Of times of which the same was known.</param>
/// <param name="First">The earliest time that was sent.</param>
/// <param name="Last">The latest.</param>
internal sealed record AppendedRows(
    DatasetName Name, int Appended, int New, int Late, int Corrected, int Unchanged, string First, string Last);

/// <summary>
/// Takes measurements as they come: reads rows as the files of their dataset are written, and puts them into the log. Every way in ends
/// here.
/// </summary>
internal sealed partial class RowAppender(
    ISourceCatalog sources,
    SourceForms forms,
    MeasurementLog log,
    MeasurementCounter counter,
    LatestRow latest,
    DatasetOptions options,
    ILogger<RowAppender> logger)
{
    /// <summary>The files that rows are written like.</summary>
    /// <param name="name">Dataset.</param>
    /// <param name="given">Options for these rows, before those that are stored with it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NotFoundException">No such dataset.</exception>
    /// <exception cref="InvalidInputException">Not a name, or an option that rows cannot have of their own.</exception>
    public async Task<SourceFiles> FilesAsync(DatasetName name, JsonObject given, CancellationToken cancellation)
    {
        DatasetNames.Check(name);
        var files = await sources.NewestAsync(name, cancellation) is { Options.HoldSeries: false } known
            ? known
            : await sources.ResolveAsync(name, cancellation);
        var form = files.Options.With(given);
        return form.Config.Timezone == files.Options.Config.Timezone
            ? files with { Options = form }
            : throw new InvalidInputException(
                $"'timezone' is '{form.Config.Timezone}', that of '{name}' {Zone(files.Options)}: rows and files are of one zone; "
                + "write the times with their offsets, or set the zone of the dataset (PUT /datasets/{name}/options).");
    }

    /// <param name="files">Of <see cref="FilesAsync"/>.</param>
    /// <param name="sent">Column names and rows as text, as they were sent.</param>
    /// <param name="mayComeAgain">See <see cref="MeasurementLog.TakeAsync"/>.</param>
    /// <param name="cancellation">Stops before they are stored.</param>
    /// <exception cref="InvalidInputException">A column is missing or unknown, a value cannot be read, a time is too far ahead; names row
    /// and column. Nothing was stored.</exception>
    public async Task<AppendedRows> AppendAsync(
        SourceFiles files, SentRows sent, bool mayComeAgain, CancellationToken cancellation)
    {
        var form = await forms.OfAsync(files, cancellation);
        RawTable rows;
        try
        {
            rows = Read(files, form, sent);
        }
        catch (InvalidInputException)
        {
            counter.Refused(sent.Rows.Count);
            throw;
        }

        var taken = await log.TakeAsync(files, rows, latest.Clock, mayComeAgain, cancellation);
        LogTaken(logger, files.Name, taken.New, taken.Late, taken.Corrected, taken.Unchanged);
        return Answer(files, rows, taken);
    }

    /// <summary>What <see cref="AppendAsync"/> would answer now, and what it would refuse; nothing is stored or counted.</summary>
    /// <exception cref="InvalidInputException">As there.</exception>
    public async Task<AppendedRows> LookAsync(SourceFiles files, SentRows sent, CancellationToken cancellation)
    {
        var rows = Read(files, await forms.OfAsync(files, cancellation), sent);
        return Answer(files, rows, await log.LookAsync(files, rows, latest.Clock, cancellation));
    }

    private static AppendedRows Answer(SourceFiles files, RawTable rows, TakenRows taken)
    {
        var (first, last) = (Array.IndexOf(rows.Timestamps, rows.Timestamps.Min()), Array.IndexOf(rows.Timestamps, rows.Timestamps.Max()));
        return new AppendedRows(
            files.Name, taken.Stored, taken.New, taken.Late, taken.Corrected, taken.Unchanged, rows.Show(first), rows.Show(last));
    }

    private RawTable Read(SourceFiles files, SourceForm form, SentRows sent)
    {
        if (sent.Rows.Count == 0)
            throw new InvalidInputException("There are no rows; send at least one.");
        var reading = files.Options.Config.Reading;
        if (reading is { SeriesColumn: { } column, SeriesValue: { } value })
            sent = sent.OfSeries(column, value);
        var file = SourceReader.FileName(files.Whole, "train");
        var limits = files.Options.Read(options) with { AnyNames = true };
        var lines = Lines(CsvLayout.Parse(form.Header, file, limits), form, reading, sent);
        using var added = new MemoryStream([.. form.Header, (byte)'\n', .. lines]);
        var rows = CsvTableReader.Read(
            added,
            "the rows sent",
            limits with
            {
                Columns = form.Columns,
                TimestampColumn = form.TimestampColumn,
                RowsBefore = sent.RowsBefore,
                Reading = reading with { SkipRows = 0 },
                KnownReading = form.TimeKinds,
            },
            null,
            new Parallelism(1));

        // Instants can join local times of a zone; what has no zone may mean anything where the others have one, and counts where none has.
        var isOdd = limits.Timezone is null
            ? (rows.HasZones, rows.HasEpoch) != (form.HasZones, form.HasEpoch)
            : (form.HasZones || form.HasEpoch) && !(rows.HasZones || rows.HasEpoch);
        if (isOdd)
            throw new InvalidInputException(
                $"The times sent {Form(rows.HasZones, rows.HasEpoch)}, those of {file} {Form(form.HasZones, form.HasEpoch)}; write them as "
                + "they are there.");
        latest.Refuse(rows.Timestamps, limits.Timezone, sent.RowsBefore + 2);
        return rows;
    }

    private static string Zone(SourceOptions options) => options.Config.Timezone is { } zone ? $"is '{zone}'" : "is not stated";

    private static string Form(bool haveZones, bool areCounts) =>
        haveZones ? "carry a zone" : areCounts ? "are epoch seconds" : "carry no zone";

    private static byte[] Lines(CsvLayout layout, SourceForm form, ReadingOptions reading, SentRows sent)
    {
        var numeric = form.Columns;
        var place = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < sent.Columns.Count; i++)
        {
            if (!place.TryAdd(sent.Columns[i], i))
                throw new InvalidInputException($"The rows name column '{sent.Columns[i]}' twice.");
        }

        var absent = layout.TimeNames.Concat(numeric).Where(c => !place.ContainsKey(c)).ToList();
        if (absent.Count > 0)
            throw new InvalidInputException(
                $"The rows lack the column{(absent.Count > 1 ? "s" : "")} {string.Join(", ", absent.Take(20))}; every column of the "
                + "dataset must be named, with an empty value or null where there is none.");
        if (sent.Columns.Except(layout.Names, StringComparer.Ordinal).ToList() is { Count: > 0 } strange)
            throw new InvalidInputException(
                $"The dataset has no column {string.Join(", ", strange.Take(20))}; it has {string.Join(", ", layout.Names.Take(20))}.");

        var text = new StringBuilder();
        var cells = new CellReader(reading);
        var mark = form.HasCommas ? ',' : '.';
        var isNumeric = Array.ConvertAll(layout.Names, numeric.Contains);
        foreach (var row in sent.Rows)
        {
            for (var f = 0; f < layout.Names.Length; f++)
            {
                var value = place.TryGetValue(layout.Names[f], out var i) ? row[i] : "";
                text.Append(f == 0 ? "" : (char)layout.Separator)
                    .Append(Quoted(isNumeric[f] ? AsThere(value, cells, mark) : value, (char)layout.Separator));
            }

            text.Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>A number with the decimal mark that the file has: with both, neither would be understood.</summary>
    private static string AsThere(string value, CellReader cells, char mark) =>
        cells.Mark == 0 && cells.Read(Encoding.UTF8.GetBytes(value), out _) is CellKind.Number or CellKind.CommaNumber
            ? value.Replace(mark == ',' ? '.' : ',', mark)
            : value;

    private static string Quoted(string value, char separator)
    {
        if (value.AsSpan().IndexOfAny('\n', '\r') >= 0)
            throw new InvalidInputException(
                $"The value '{value.ReplaceLineEndings(" ")}' holds a line break; a value must stay on its line.");
        return value.Contains(separator, StringComparison.Ordinal) || value.Contains('"', StringComparison.Ordinal)
            ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : value;
    }

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Dataset {dataset}: of the rows sent {new} are new, {late} late, {corrected} corrected, {unchanged} unchanged")]
    private static partial void LogTaken(ILogger logger, DatasetName dataset, int @new, int late, int corrected, int unchanged);
}
