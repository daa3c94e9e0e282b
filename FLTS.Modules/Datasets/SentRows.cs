using System.Text;
using System.Text.Json;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets;

/// <summary>Rows as a client sent them: names, and each row's values as text in the order of the names; empty = missing.</summary>
/// <param name="Columns">Names.</param>
/// <param name="Rows">Values.</param>
/// <param name="RowsBefore">0: the first of the rows is row 2, behind a header. -1: it is row 1.</param>
internal sealed record SentRows(IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows, int RowsBefore)
{
    /// <summary>What a body may unpack to; unpacked, the server takes no more at once either.</summary>
    private const long MostBytes = 64L << 20;

    /// <summary>
    /// CSV with a header, or a JSON array of objects (<c>[{"time": "...", "down": 1.5, "up": null}]</c>); either may be gzip. Rows of a CSV
    /// that is the rest of a file are counted on from <paramref name="rowsBefore"/>.
    /// </summary>
    /// <exception cref="InvalidInputException">Neither, or uneven; names the row.</exception>
    /// <exception cref="TooLargeException">More rows or longer lines than the limit.</exception>
    public static async Task<SentRows> ReadAsync(
        Stream body, bool json, SourceOptions form, DatasetOptions options, CancellationToken cancellation, int rowsBefore = 0)
    {
        using var plain = await UnpackAsync(body, cancellation);
        return json
            ? await FromJsonAsync(plain, form, options, cancellation)
            : await FromCsvAsync(plain, form, options, rowsBefore, cancellation);
    }

    /// <summary>The rows as rows of one series of a file that holds several.</summary>
    /// <exception cref="InvalidInputException">A row is of another series.</exception>
    public SentRows OfSeries(string column, string value)
    {
        if (Columns.ToList().IndexOf(column) is not (var at and >= 0))
            return this with { Columns = [.. Columns, column], Rows = [.. Rows.Select(r => (string[])[.. r, value])] };
        if (Rows.ToList().FindIndex(r => r[at].Trim() != value) is var other and >= 0)
            throw new InvalidInputException(
                $"Row {other + 2 + RowsBefore} has '{Rows[other][at]}' in column '{column}'; these rows are of the series '{value}': send "
                + "the rows of each series to its own dataset.");
        return this;
    }

    private static async Task<MemoryStream> UnpackAsync(Stream body, CancellationToken cancellation)
    {
        using var sent = new MemoryStream();
        await body.CopyToAsync(sent, cancellation);
        sent.Position = 0;
        using var source = CsvSource.Open(sent, "the rows sent", MostBytes);
        var plain = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int got; (got = source.Read(buffer)) > 0;)
            plain.Write(buffer.AsSpan(0, got));
        plain.Position = 0;
        return plain;
    }

    private static async Task<SentRows> FromJsonAsync(
        MemoryStream body, SourceOptions form, DatasetOptions options, CancellationToken cancellation)
    {
        // JSON's numbers have points; the file's, where it was said so, commas.
        var mark = new CellReader(form.Read(options).Reading).Mark;
        RefuseTooMany(body.GetBuffer().AsSpan(0, (int)body.Length), options);
        using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellation);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw new InvalidInputException("The body must be a JSON array of rows, each an object of column names and values.");
        RefuseTooMany(document.RootElement.GetArrayLength(), options);
        var (columns, place, rows) = (new List<string>(), new Dictionary<string, int>(StringComparer.Ordinal), new List<string[]>());
        foreach (var item in document.RootElement.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
                throw new InvalidInputException($"Row {rows.Count + 1} is no JSON object of column names and values.");
            var row = new string?[columns.Count];
            foreach (var property in item.EnumerateObject())
            {
                var name = Text(() => property.Name, rows.Count + 1);
                if (!place.TryGetValue(name, out var i))
                {
                    if (rows.Count > 0)
                        throw new InvalidInputException(
                            $"Row {rows.Count + 1} has the column '{name}', which row 1 has not; all rows must name the same columns.");
                    if (columns.Count >= options.MaxColumns)
                        throw new InvalidInputException($"Row 1 has more than {options.MaxColumns} columns (Datasets:MaxColumns).");
                    i = place[name] = columns.Count;
                    columns.Add(name);
                    Array.Resize(ref row, columns.Count);
                }

                if (row[i] is not null)
                    throw new InvalidInputException($"Row {rows.Count + 1} names the column '{name}' twice.");
                row[i] = Value(property.Value, mark, name, rows.Count + 1);
            }

            if (Array.IndexOf(row, null) is var absent and >= 0)
                throw new InvalidInputException(
                    $"Row {rows.Count + 1} lacks the column '{columns[absent]}'; all rows must name the same columns, with null where "
                    + "there is no value.");
            rows.Add(row!);
        }

        return new SentRows(columns, rows, RowsBefore: -1);
    }

    private static string Value(JsonElement value, byte mark, string name, int row) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => mark == ',' ? value.GetRawText().Replace('.', ',') : value.GetRawText(),
        JsonValueKind.String => Text(() => value.GetString()!, row),
        _ => throw new InvalidInputException(
            $"Row {row}, column '{name}': {value.ValueKind} is neither a number, a time, true, false nor null."),
    };

    // JSON allows escapes of half a character; text does not.
    private static string Text(Func<string> read, int row)
    {
        try
        {
            return Plain(read(), row);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidInputException($"Row {row} holds text that is not valid Unicode.", e);
        }
    }

    private static string Plain(string text, int row) => text.Any(Sentence.IsHidden)
        ? throw new InvalidInputException($"Row {row}: '{text}' holds a control character; send plain text, numbers and times.")
        : text;

    private static async Task<SentRows> FromCsvAsync(
        Stream body, SourceOptions form, DatasetOptions options, int rowsBefore, CancellationToken cancellation)
    {
        using var reader = new StreamReader(
            body, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        var read = form.Read(options);
        read = read with { AnyNames = true, Reading = read.Reading with { Exclude = [], SeriesColumn = null } };
        CsvLayout? layout = null;
        var rows = new List<string[]>();
        try
        {
            while (await reader.ReadLineAsync(cancellation) is { } line)
            {
                if (line.Length == 0)
                    continue;
                if (line.Length > options.MaxLineBytes)
                    throw new TooLargeException(
                        $"Row {(layout is null ? 1 : rows.Count + 2 + rowsBefore)}: the line is longer than {options.MaxLineBytes} bytes "
                        + "(Datasets:MaxLineBytes).");
                if (layout is null)
                {
                    layout = CsvLayout.Parse(Encoding.UTF8.GetBytes(line), "the rows sent", read);
                    continue;
                }

                rows.Add(Fields(line, layout, rows.Count + 2 + rowsBefore));
                RefuseTooMany(rows.Count, options);
            }
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidInputException("The rows sent are not valid UTF-8; send UTF-8 text.", e);
        }

        return new SentRows(
            layout?.Names
            ?? throw new InvalidInputException("The body is empty; send a CSV with a header line and rows, or a JSON array of rows."),
            rows,
            rowsBefore);
    }

    private static string[] Fields(string line, CsvLayout layout, int row)
    {
        var fields = new List<string>(layout.Names.Length);
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(line);
        while (true)
        {
            if (!CsvField.Next(rest, layout.Separator, out var field, out var next))
                throw new InvalidInputException($"Row {row}, column {fields.Count + 1}: a quoted value is not closed on its line.");
            fields.Add(Plain(Encoding.UTF8.GetString(field), row));
            if (next < 0)
                break;
            rest = rest[next..];
        }

        return fields.Count == layout.Names.Length
            ? [.. fields]
            : throw new InvalidInputException($"Row {row} has {fields.Count} values, but the header names {layout.Names.Length} columns.");
    }

    /// <summary>Before it is a document, each value of which takes twelve bytes: a few kilobytes of gzip hold millions.</summary>
    private static void RefuseTooMany(ReadOnlySpan<byte> json, DatasetOptions options)
    {
        var reader = new Utf8JsonReader(json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json);
        var (rows, tokens) = (0, 0);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
            {
                RefuseTooMany(++rows, options);
                tokens = 0;
            }
            else if (++tokens > (2 * options.MaxColumns) + 2)
            {
                throw new InvalidInputException($"Row {rows} has more than {options.MaxColumns} columns (Datasets:MaxColumns).");
            }
        }
    }

    private static void RefuseTooMany(int rows, DatasetOptions options)
    {
        if (rows > options.MaxAppendRows)
            throw new TooLargeException(
                $"More than {options.MaxAppendRows} rows were sent (Datasets:MaxAppendRows); send them in several requests.");
    }
}
