using System.Text;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Modules.Datasets.Preview;

/// <summary>The first lines of a file as text, whatever may be made of them.</summary>
/// <param name="Names">As the header has them; a nameless column is called after its place, as the reader calls it.</param>
/// <param name="Rows">Their fields; a line of another number of fields is cut or filled up.</param>
internal sealed record HeadLines(IReadOnlyList<string> Names, IReadOnlyList<string[]> Rows)
{
    private const int Most = 50_000;
    private const int Samples = 5;

    public static HeadLines None { get; } = new([], []);

    /// <summary>The first values of a column.</summary>
    public IReadOnlyList<string> Sample(int field) => [.. Rows.Take(Samples).Select(r => r[field])];

    /// <summary>The columns that hold the times: one, or one of days and one of times of day.</summary>
    public IReadOnlyList<int> TimeFields(string? timestampColumn)
    {
        var names = Names.ToList();
        return timestampColumn is null ? [] : names.Contains(timestampColumn)
            ? [names.IndexOf(timestampColumn)]
            : [.. timestampColumn.Split('+').Select(n => names.IndexOf(n)).Where(i => i >= 0)];
    }

    /// <exception cref="InvalidInputException">There is no header.</exception>
    public static HeadLines Of(Stream file, string name, int skipRows)
    {
        using var source = CsvSource.Open(file, name, long.MaxValue);
        var lines = new LineBlocks(source, name, PreviewFile.MostBytes, PreviewFile.MostBytes);
        var (separator, names) = CsvLayout.HeaderOf(lines.ReadHeader(skipRows).Line, name);
        var rows = new List<string[]>();
        if (lines.Next() is { } block)
        {
            foreach (var line in Encoding.UTF8.GetString(block).Split('\n').Take(Most))
            {
                if (line.Trim().Length > 0)
                    rows.Add(Fields(line.TrimEnd('\r'), separator, names.Count));
            }
        }

        return new HeadLines([.. names.Select((n, i) => n.Length > 0 ? n : $"column_{i + 1}")], rows);
    }

    private static string[] Fields(string line, byte separator, int count)
    {
        var fields = Enumerable.Repeat("", count).ToArray();
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(line);
        for (var i = 0; i < count && CsvField.Next(rest, separator, out var field, out var next); i++)
        {
            fields[i] = Encoding.UTF8.GetString(field);
            if (next < 0)
                break;
            rest = rest[next..];
        }

        return fields;
    }
}
