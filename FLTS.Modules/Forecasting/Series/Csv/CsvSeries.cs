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
    /// <param name="most">Series at most.</param>
    /// <param name="options">How the file is read, and which column tells its series apart.</param>
    /// <param name="cancellation">Looked at at every block.</param>
    /// <exception cref="InvalidInputException">There is no such column, or it has more values than that.</exception>
    /// <exception cref="TooLargeException">More bytes than the limit.</exception>
    public static IReadOnlyList<string> Values(
        Stream stream, string file, int most, CsvReadOptions options, CancellationToken cancellation = default)
    {
        using var source = CsvSource.Open(stream, file, options.MaxBytes);
        var lines = new LineBlocks(source, file, BlockBytes, options.MaxLineBytes);
        var layout = CsvLayout.Parse(lines.ReadHeader(options.Reading.SkipRows).Line, file, options);
        var field = Array.IndexOf(layout.Names, options.Reading.SeriesColumn);
        var (found, last) = (new HashSet<string>(StringComparer.Ordinal), Array.Empty<byte>());
        while (lines.Next() is { } block)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> rest = block;
            while (!rest.IsEmpty)
            {
                var value = CsvLine.Field(CsvLine.Next(ref rest), layout, field).Trim((byte)' ');

                // Most files have the rows of a series one after another.
                if (value.IsEmpty || value.SequenceEqual(last))
                    continue;
                last = value.ToArray();
                if (found.Add(Encoding.UTF8.GetString(value)) && found.Count > most)
                    throw new InvalidInputException(
                        $"{file}: column '{layout.Names[field]}' (series_column) has more than {most} values, the most series that a "
                        + "dataset may hold; name a column that says which series a row belongs to, or put the file in parts.");
            }

            ArrayPool<byte>.Shared.Return(block.Array!);
        }

        return [.. found];
    }
}
