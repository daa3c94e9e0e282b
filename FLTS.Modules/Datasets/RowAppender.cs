using System.Text;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Datasets;

/// <summary>Rows that were appended, and the version they made.</summary>
internal sealed record AppendedRows(DatasetName Name, string Part, int Appended, int Version, string Sha256, string First, string Last);

/// <summary>
/// <c>POST /datasets/{name}/rows</c>: measurements after the last one. They join the part that is last in time (test, where there is a test
/// file, else train) as its next version; the versions before stay as they were.
/// </summary>
internal sealed partial class RowAppender(
    ISourceCatalog sources,
    SourceReader reader,
    ReadingTurn turn,
    LatestRow latest,
    DatasetOptions options,
    ILogger<RowAppender> logger)
{
    /// <summary>What tells how the file is written: its newest rows.</summary>
    private const int NewestRows = 1000;

    private const int Tries = 5;

    /// <param name="name">Dataset.</param>
    /// <param name="sent">Column names and rows as text, as they were sent.</param>
    /// <param name="form">How the dataset is written.</param>
    /// <param name="cancellation">Stops before the version is written.</param>
    /// <exception cref="InvalidInputException">A column is missing or unknown, a value cannot be read; names row and column.
    /// Nothing was stored.</exception>
    /// <exception cref="ConflictException">A row does not come after the one before it.</exception>
    public Task<AppendedRows> AppendAsync(DatasetName name, SentRows sent, SourceOptions form, CancellationToken cancellation)
    {
        DatasetNames.Check(name);
        if (sent.Rows.Count == 0)
            throw new InvalidInputException("There are no rows; send at least one.");
        if (form.Config.Reading is { SeriesColumn: { } column, SeriesValue: { } value })
            sent = sent.OfSeries(column, value);

        return turn.RunAsync(
            async () =>
            {
                for (var attempt = 1; attempt <= Tries; attempt++)
                {
                    if (await TryAppendAsync(name, sent, form, cancellation) is { } done)
                        return done;
                }

                throw new ConflictException($"Others append to '{name}' at the same time; try again.");
            },
            cancellation);
    }

    private async Task<AppendedRows?> TryAppendAsync(DatasetName name, SentRows sent, SourceOptions form, CancellationToken cancellation)
    {
        var versions = await sources.VersionsAsync(name, cancellation);
        var newest = versions.FirstOrDefault(v => v.Part == "test") ?? versions[0];
        var file = SourceReader.FileName(newest.Name, newest.Part);
        await using var copy = new FileStream(
            Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        await UnpackAsync(newest, file, copy, cancellation);

        copy.Position = 0;
        var limits = form.Read(options) with { AnyNames = true };
        var tail = CsvTableReader.Read(copy, file, limits with { Newest = NewestRows }, null, new Parallelism(1, cancellation));
        var header = Header(copy, file, limits);
        var layout = CsvLayout.Parse(header, file, limits);
        var lines = Lines(layout, tail, limits.Reading, sent);
        using var added = new MemoryStream([.. header, (byte)'\n', .. lines]);
        var rows = CsvTableReader.Read(
            added,
            "the rows sent",
            limits with
            {
                Columns = tail.Columns,
                TimestampColumn = tail.TimestampColumn,
                RowsBefore = sent.RowsBefore,
                Reading = limits.Reading with { SkipRows = 0 },
                KnownReading = tail.TimeKinds,
            },
            null,
            new Parallelism(1, cancellation));
        if ((rows.HasZones, rows.HasEpoch) != (tail.HasZones, tail.HasEpoch))
            throw new InvalidInputException(
                $"The times sent {Form(rows)}, those of {file} {Form(tail)}; write them as they are there.");
        latest.Refuse(rows.Timestamps, form.Config.Timezone, sent.RowsBefore + 2);
        RefuseOutOfOrder(tail.Timestamps.Max(), rows, file, sent.RowsBefore);
        if (copy.Length + lines.Length > options.MaxBytes)
            throw new TooLargeException(
                $"{file}: with these rows the file would be larger than the limit of {options.MaxBytes} bytes (Datasets:MaxBytes).");

        copy.Position = copy.Length;
        await copy.WriteAsync(lines, cancellation);
        await copy.FlushAsync(cancellation);
        if (await sources.AddAsync(newest.Name, newest.Part, copy, newest.Version, cancellation) is not { } row)
            return null;

        LogAppended(logger, name, newest.Part, row.Version, rows.Rows);
        return new AppendedRows(name, newest.Part, rows.Rows, row.Version, row.Sha256, rows.Show(0), rows.Show(rows.Rows - 1));
    }

    /// <summary>The stored bytes as plain text that ends with a line end.</summary>
    private async Task UnpackAsync(SourceRow newest, string file, FileStream copy, CancellationToken cancellation)
    {
        await using var stored = await reader.OpenAsync(newest.Sha256, file, cancellation);
        using var source = CsvSource.Open(stored, file, options.MaxBytes);
        var buffer = new byte[1 << 17];
        byte last = 0;
        for (int got; (got = source.Read(buffer)) > 0; last = buffer[got - 1])
            await copy.WriteAsync(buffer.AsMemory(0, got), cancellation);

        SourceReader.RequireHash(stored, newest.Sha256, file);
        if (last != (byte)'\n')
            copy.WriteByte((byte)'\n');
    }

    private static byte[] Header(FileStream copy, string file, CsvReadOptions limits)
    {
        copy.Position = 0;
        using var source = CsvSource.Open(copy, file, long.MaxValue);
        return new LineBlocks(source, file, 1 << 16, limits.MaxLineBytes).ReadHeader(0).Line;
    }

    private static string Form(RawTable table) => table.HasZones ? "carry a zone" : table.HasEpoch ? "are epoch seconds" : "carry no zone";

    private static byte[] Lines(CsvLayout layout, RawTable tail, ReadingOptions reading, SentRows sent)
    {
        var numeric = tail.Columns;
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
        var mark = tail.CommaColumns.Count > 0 ? ',' : '.';
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

    private static void RefuseOutOfOrder(DateTime last, RawTable rows, string file, int rowsBefore)
    {
        var (times, timezone) = (rows.Timestamps, rows.Clock?.Id);
        for (var i = 0; i < times.Length; i++)
        {
            if (times[i] <= last)
            {
                var row = i + 2 + rowsBefore;
                var before = i == 0 ? $"the last row of {file}" : $"row {row - 1}";
                throw new ConflictException(
                    $"Row {row} ({LatestRow.Show(times[i], timezone)}) does not come after {before} "
                    + $"({LatestRow.Show(last, timezone)}); rows can only be appended in the order of time.");
            }

            last = times[i];
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Dataset {dataset}: {rows} rows appended to {part} as version {version}")]
    private static partial void LogAppended(ILogger logger, DatasetName dataset, string part, int version, int rows);
}
