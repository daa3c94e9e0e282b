using System.Text;
using System.Text.Unicode;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>What the header line says: separator, names, which field is the time and which are read.</summary>
internal sealed class CsvLayout
{
    private static readonly string[] _timestampNames = ["time", "ts", "ds"];

    public required byte Separator { get; init; }

    /// <summary>All column names in order, the timestamp's among them.</summary>
    public required string[] Names { get; init; }

    /// <summary>Field with the time.</summary>
    public required int TimestampField { get; init; }

    /// <summary>[field] Position among the columns that are read, or -1.</summary>
    public required int[] ColumnOfField { get; init; }

    /// <summary>Names of the columns that are read, in file order.</summary>
    public required string[] Columns { get; init; }

    /// <summary>Separator and names of a header line, as they stand there.</summary>
    /// <exception cref="InvalidInputException">A quoted name is not closed.</exception>
    public static (byte Separator, IReadOnlyList<string> Names) HeaderOf(ReadOnlySpan<byte> line, string file)
    {
        var separator = ChooseSeparator(line);
        return (separator, [.. Split(line, separator, file).Select(name => name.Trim())]);
    }

    /// <exception cref="InvalidInputException">No usable header.</exception>
    public static CsvLayout Parse(ReadOnlySpan<byte> line, string file, CsvReadOptions options)
    {
        if (!Utf8.IsValid(line))
            throw new InvalidInputException($"{file}: the header is not valid UTF-8; save the file as UTF-8 text.");
        if (line.Contains((byte)0))
            throw new InvalidInputException($"{file}: the header holds NUL bytes: this is no text; save the file as UTF-8 text.");
        if (line.Contains((byte)'\r'))
            throw new InvalidInputException($"{file}: lines end with a carriage return alone; end them with LF or CRLF.");
        var separator = ChooseSeparator(line);
        var names = Split(line, separator, file);
        if (names.Count > options.MaxColumns)
            throw new InvalidInputException($"{file}: the header has {names.Count} columns; at most {options.MaxColumns} are allowed.");

        for (var i = 0; i < names.Count; i++)
        {
            names[i] = names[i].Trim();
            if (names[i].Any(char.IsControl))
                throw new InvalidInputException(
                    $"{file}: the name of column {i + 1}, '{Short(names[i])}', holds a control character; write names as plain text.");
            if (names[i].Length == 0)
                names[i] = $"column_{i + 1}";
            if (names.IndexOf(names[i]) is var earlier && earlier < i)
                throw new InvalidInputException(
                    $"{file}: the header names column '{Short(names[i])}' twice (columns {earlier + 1} and {i + 1}); names must differ.");
        }

        var timestamp = FindTimestamp(names, file, options.TimestampColumn);
        if (options.Columns is { } listed)
        {
            foreach (var name in listed)
            {
                if (name == names[timestamp])
                    throw new InvalidInputException($"{file}: column '{name}' holds the times and cannot be a target or input.");
                if (!names.Contains(name))
                    throw new InvalidInputException($"{file}: there is no column '{name}'; the file has {Shown(names)}.");
            }
        }

        var columnOfField = new int[names.Count];
        var columns = new List<string>();
        for (var f = 0; f < names.Count; f++)
        {
            columnOfField[f] = -1;
            if (f == timestamp || (options.Columns is not null && !options.Columns.Contains(names[f])))
                continue;
            columnOfField[f] = columns.Count;
            columns.Add(names[f]);
        }

        if (columns.Count == 0)
            throw new InvalidInputException(
                $"{file}: there is no column beside the times in '{names[timestamp]}'; at least one numeric column is needed.");
        return new CsvLayout
        {
            Separator = separator,
            Names = [.. names],
            TimestampField = timestamp,
            ColumnOfField = columnOfField,
            Columns = [.. columns],
        };
    }

    private static int FindTimestamp(List<string> names, string file, string? wanted)
    {
        if (wanted is not null)
            return names.IndexOf(wanted) is var i and >= 0
                ? i
                : throw new InvalidInputException($"{file}: there is no timestamp column '{wanted}'; the file has {Shown(names)}.");
        foreach (var name in _timestampNames)
        {
            if (names.IndexOf(name) is var i and >= 0)
                return i;
        }

        throw new InvalidInputException(
            $"{file}: there is no timestamp column; name one time, ts or ds, or set timestamp_column. The file has {Shown(names)}.");
    }

    private static string Shown(List<string> names) =>
        string.Join(", ", names.Take(20).Select(Short)) + (names.Count > 20 ? $" and {names.Count - 20} more" : "");

    /// <summary>A name of a megabyte would be a message of a megabyte.</summary>
    private static string Short(string name) => name.Length <= 80 ? name : $"{name[..80]}...";

    private static byte ChooseSeparator(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> candidates = ",;\t"u8;
        Span<int> counts = stackalloc int[candidates.Length];
        var quoted = false;
        foreach (var b in line)
        {
            if (b == '"')
                quoted = !quoted;
            else if (!quoted && candidates.IndexOf(b) is var i and >= 0)
                counts[i]++;
        }

        var best = 0;
        for (var i = 1; i < counts.Length; i++)
        {
            if (counts[i] > counts[best])
                best = i;
        }

        return candidates[best];
    }

    private static List<string> Split(ReadOnlySpan<byte> line, byte separator, string file)
    {
        var names = new List<string>();
        while (true)
        {
            var taken = CsvField.Next(line, separator, out var field, out var rest);
            if (!taken)
                throw new InvalidInputException($"{file}: row 1, column {names.Count + 1}: a quoted name is not closed on its line.");
            names.Add(Encoding.UTF8.GetString(field));
            if (rest < 0)
                return names;
            line = line[rest..];
        }
    }
}
