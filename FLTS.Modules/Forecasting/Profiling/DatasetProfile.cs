using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Profiling;

/// <summary>What a dataset looks like before anything is done to it.</summary>
/// <param name="Train">The train file, or the only one.</param>
/// <param name="Test">The test file; null where test is cut from the only file.</param>
/// <param name="DriftAgainst">What drift compares with train: <c>test</c>, or <c>last_fifth</c> where there is no test file.</param>
/// <param name="Columns">One entry a numeric column; of all rows of both files.</param>
/// <param name="Warnings">Sentences about what was left out or looks wrong.</param>
public sealed record DatasetProfile(
    PartProfile Train, PartProfile? Test, string DriftAgainst, IReadOnlyList<ColumnProfile> Columns, IReadOnlyList<string> Warnings)
{
    /// <summary>Share of the rows that stands in for a test part where there is none (FORECASTING.md 3.1).</summary>
    private const double TestFraction = 0.2;

    /// <summary>Profile of one or two files.</summary>
    /// <param name="train">The train file, or the only one.</param>
    /// <param name="test">The test file, or null. Columns that train does not have are left out.</param>
    /// <param name="maxGapSteps">Most missing rows a gap may have before it ends the segment.</param>
    /// <param name="cancellation">Looked at after every column.</param>
    /// <exception cref="InvalidInputException">Fewer than two rows, or under 75 % of the steps are regular.</exception>
    public static DatasetProfile Of(RawTable train, RawTable? test, int maxGapSteps, CancellationToken cancellation = default)
    {
        var missing = train.Columns.ToDictionary(
            c => c, c => Missing(train, c) + (test is null ? 0 : Missing(test, c)), StringComparer.Ordinal);
        var first = SeriesFrame.From(train, maxGapSteps);
        var second = test is null ? null : SeriesFrame.From(test, maxGapSteps, first.Step);
        var segments = second is null ? first.Segments : [.. first.Segments, .. second.Segments.Select(s => s + first.Segments[^1] + 1)];
        var columns = new List<ColumnProfile>(first.Columns.Count);
        for (var c = 0; c < first.Columns.Count; c++)
        {
            cancellation.ThrowIfCancellationRequested();
            var name = first.Columns[c];
            var other = second is null ? -1 : second.Columns.ToList().IndexOf(name);
            var (values, cut) = (first.Take(c, 0, first.Rows), first.Rows - (int)Math.Ceiling(first.Rows * TestFraction));
            var compared = second is null || other < 0 ? null : second.Take(other, 0, second.Rows);
            var all = second is null ? values : [.. values, .. compared ?? Enumerable.Repeat(double.NaN, second.Rows)];
            var drift = second is null ? ColumnDrift.Of(values.AsSpan(0, cut), values.AsSpan(cut))
                : compared is null ? null
                : ColumnDrift.Of(values, compared);
            columns.Add(ColumnProfile.Of(name, all, missing[name], segments, first.Step) with { Drift = drift });
        }

        return new DatasetProfile(
            Part(first),
            second is null ? null : Part(second),
            second is null ? "last_fifth" : "test",
            columns,
            [
                .. train.Warnings, .. test?.Warnings ?? [],
                .. first.Report.Warnings, .. second?.Report.Warnings ?? [],
                .. columns.Where(c => c.Flat).Select(c => $"Column '{c.Name}' is flat."),
            ]);
    }

    private static int Missing(RawTable table, string column)
    {
        var index = table.Columns.ToList().IndexOf(column);
        return index < 0 ? table.Rows : table.Take(index, 0, table.Rows).Count(double.IsNaN);
    }

    private static PartProfile Part(SeriesFrame frame) =>
        new(frame.Step.Show(frame.Timestamps[0]), frame.Step.Show(frame.Timestamps[^1]), frame.Report);
}
