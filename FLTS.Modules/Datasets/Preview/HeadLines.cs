using System.Text;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Modules.Datasets.Preview;

/// <summary>The first lines of a file as text, whatever may be made of them.</summary>
/// <param name="Names">As the header has them.</param>
/// <param name="Rows">Their fields; a line of another number of fields is cut or filled up.</param>
internal sealed record HeadLines(IReadOnlyList<string> Names, IReadOnlyList<string[]> Rows)
{
    private const int Most = 1000;

    public static HeadLines None { get; } = new([], []);

    /// <exception cref="InvalidInputException">There is no header.</exception>
    public static HeadLines Of(Stream file, string name, int skipRows)
    {
        using var source = CsvSource.Open(file, name, long.MaxValue);
        var lines = new LineBlocks(source, name, PreviewFile.MostBytes, PreviewFile.MostBytes);
        var (separator, names) = CsvLayout.HeaderOf(lines.ReadHeader().Line, name);
        var rows = new List<string[]>();
        if (lines.Next() is { } block)
        {
            foreach (var line in Encoding.UTF8.GetString(block).Split('\n').Skip(skipRows).Take(Most))
            {
                if (line.Trim().Length > 0)
                    rows.Add(Fields(line.TrimEnd('\r'), separator, names.Count));
            }
        }

        return new HeadLines(names, rows);
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
