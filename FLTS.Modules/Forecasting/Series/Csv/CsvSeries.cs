using System.Buffers;
using System.Text;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>The series that a long file holds, one row of each after another: the values of the column that tells them apart.</summary>
public static class CsvSeries
{
    private const int BlockBytes = 1 << 20;

    /// <summary>Each value once, in the order in which the file has them first; empty cells belong to no series.</summary>
    /// <param name="stream">CSV or gzip of one, from its beginning; left open.</param>
    /// <param name="file">Its name for messages.</param>
    /// <param name="column">The column that tells the series apart.</param>
    /// <param name="most">Series at most.</param>
    /// <param name="options">How the file is read.</param>
    /// <param name="cancellation">Looked at at every block.</param>
    /// <exception cref="InvalidInputException">There is no such column, or it has more values than that.</exception>
    /// <exception cref="TooLargeException">More bytes than the limit.</exception>
    public static IReadOnlyList<string> Values(
        Stream stream, string file, string column, int most, CsvReadOptions options, CancellationToken cancellation = default)
    {
        using var source = CsvSource.Open(stream, file, options.MaxBytes);
        var lines = new LineBlocks(source, file, BlockBytes, options.MaxLineBytes);
        var layout = CsvLayout.Parse(lines.ReadHeader().Line, file, options);
        var field = Array.IndexOf(layout.Names, column);
        if (field < 0)
            throw new InvalidInputException(
                $"{file}: there is no column '{column}' (series_column); the file has {string.Join(", ", layout.Names.Take(20))}.");

        var (found, last) = (new HashSet<string>(StringComparer.Ordinal), Array.Empty<byte>());
        while (lines.Next() is { } block)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> rest = block;
            while (!rest.IsEmpty)
            {
                var end = rest.IndexOf((byte)'\n');
                var value = Field(end < 0 ? rest : rest[..end], field, layout.Separator);
                rest = end < 0 ? [] : rest[(end + 1)..];

                // Most files have the rows of a series one after another.
                if (value.IsEmpty || value.SequenceEqual(last))
                    continue;
                last = value.ToArray();
                if (found.Add(Encoding.UTF8.GetString(value)) && found.Count > most)
                    throw new InvalidInputException(
                        $"{file}: column '{column}' (series_column) has more than {most} values, the most series that a dataset may hold; "
                        + "name a column that says which series a row belongs to, or put the file in parts.");
            }

            ArrayPool<byte>.Shared.Return(block.Array!);
        }

        return [.. found];
    }

    /// <summary>A field of a line; empty where the line has no such field: whoever reads the rows says so.</summary>
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, int field, byte separator)
    {
        line = line.TrimEnd((byte)'\r');
        for (var i = 0; ; i++)
        {
            if (!CsvField.Next(line, separator, out var value, out var next))
                return [];
            if (i == field)
                return value.Trim((byte)' ');
            if (next < 0)
                return [];
            line = line[next..];
        }
    }
}
