using System.Globalization;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Preparation;

/// <summary>Contiguous rows of a frame, in original units with NaN for holes; the measured columns only.</summary>
internal sealed record DatasetPart(string File, DateTime[] Times, int[] Segments, double[][] Values)
{
    public int Rows => Times.Length;

    /// <summary>Copies rows of a frame.</summary>
    public static DatasetPart Of(string file, SeriesFrame frame, RowSpan rows, IReadOnlyList<string> columns)
    {
        var part = Empty(file, frame, rows, columns.Count);
        for (var c = 0; c < columns.Count; c++)
            part.Values[c] = frame.Take(IndexOf(frame.Columns, columns[c]), rows.Start, part.Rows);
        return part;
    }

    /// <summary>
    /// Moves rows of frames into train and test, which may be of one frame; column by column, and each is gone from
    /// its frame when it is in its part.
    /// </summary>
    public static (DatasetPart Train, DatasetPart Test) Move(
        (string File, SeriesFrame Frame, RowSpan Rows) train,
        (string File, SeriesFrame Frame, RowSpan Rows) test,
        IReadOnlyList<string> columns,
        Parallelism parallelism)
    {
        var trainPart = Empty(train.File, train.Frame, train.Rows, columns.Count);
        var testPart = Empty(test.File, test.Frame, test.Rows, columns.Count);
        parallelism.For(columns.Count, c =>
        {
            var (trainColumn, testColumn) = (IndexOf(train.Frame.Columns, columns[c]), IndexOf(test.Frame.Columns, columns[c]));
            trainPart.Values[c] = train.Frame.Take(trainColumn, train.Rows.Start, trainPart.Rows);
            testPart.Values[c] = test.Frame.Take(testColumn, test.Rows.Start, testPart.Rows);
            train.Frame.Drop(trainColumn);
            if (test.Frame != train.Frame)
                test.Frame.Drop(testColumn);
        });
        return (trainPart, testPart);
    }

    private static DatasetPart Empty(string file, SeriesFrame frame, RowSpan rows, int columns)
    {
        var first = rows.End > rows.Start ? frame.Segments[rows.Start] : 0;
        var whole = rows.Start == 0 && rows.End == frame.Rows;
        var segments = frame.Segments[rows.Start..rows.End];
        foreach (ref var segment in segments.AsSpan())
            segment -= first;
        return new DatasetPart(
            file,
            whole ? frame.Timestamps : frame.Timestamps[rows.Start..rows.End],
            segments,
            new double[columns][]);
    }

    /// <summary>Which of the rows from <paramref name="start"/> to <paramref name="end"/> a sample takes.</summary>
    /// <param name="start">First row.</param>
    /// <param name="end">Behind the last row.</param>
    /// <param name="wanted">Rows wanted; 0: all.</param>
    /// <param name="strategy">Where they lie.</param>
    /// <param name="random">Draws the start of a random block; the same seed draws the same.</param>
    public static RowSpan Sample(int start, int end, int wanted, SampleStrategy strategy, Random random)
    {
        var rows = end - start;
        if (wanted == 0 || wanted >= rows)
            return new RowSpan(start, end);
        var from = strategy switch
        {
            SampleStrategy.Head => start,
            SampleStrategy.Tail => end - wanted,
            _ => start + random.Next(rows - wanted + 1),
        };
        return new RowSpan(from, from + wanted);
    }

    /// <summary>Without the rows that miss more than a share of their cells; a border where rows went.</summary>
    /// <exception cref="InvalidInputException">No row is left.</exception>
    public DatasetPart DropRows(double share)
    {
        var kept = new List<int>(Rows);
        for (var t = 0; t < Rows; t++)
        {
            var missing = Values.Count(column => double.IsNaN(column[t]));
            if (missing <= share * Values.Length)
                kept.Add(t);
        }

        if (kept.Count == Rows)
            return this;
        if (kept.Count == 0)
            throw new InvalidInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{File}: every train row misses more than {share:0.##} of its cells; raise missing.drop_share or choose another "
                + $"missing.strategy."));
        var segments = new int[kept.Count];
        for (var i = 1; i < kept.Count; i++)
        {
            var border = kept[i] != kept[i - 1] + 1 || Segments[kept[i]] != Segments[kept[i - 1]];
            segments[i] = segments[i - 1] + (border ? 1 : 0);
        }

        return new DatasetPart(
            File,
            [.. kept.Select(t => Times[t])],
            segments,
            Array.ConvertAll(Values, column => kept.Select(t => column[t]).ToArray()));
    }

    private static int IndexOf(IReadOnlyList<string> columns, string name)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == name)
                return i;
        }

        throw new ArgumentException($"No column '{name}'.", nameof(name));
    }
}
