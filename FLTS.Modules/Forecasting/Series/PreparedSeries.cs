namespace FLTS.Forecasting.Series;

/// <summary>
/// A table ready for models: rows one step apart inside a segment, no holes, scaled.
/// Measured columns come first, then lags, then calendar features. T rows, F columns, M targets.
/// </summary>
public sealed class PreparedSeries
{
    /// <summary>[T] Row times, ascending: without a zone, or instants in UTC where the step has a clock.</summary>
    public required DateTime[] Timestamps { get; init; }

    /// <summary>
    /// [T] Segment of each row, ascending from 0. Rows of one segment are exactly one <see cref="Step"/> apart; no window crosses a border.
    /// </summary>
    public required int[] Segments { get; init; }

    /// <summary>Between two rows of a segment.</summary>
    public required SeriesStep Step { get; init; }

    /// <summary>F column names in order; all targets are among them.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>[F][T] Finite values: measured columns and lags scaled, calendar features as they are. Rows to forecast from may
    /// begin with some that lack lags (NaN).</summary>
    public required double[][] Values { get; init; }

    /// <summary>[F][T] False where a value was filled in: never truth for losses, metrics, residuals or Prophet's y.</summary>
    public required bool[][] Observed { get; init; }

    /// <summary>M target names, each one of <see cref="Columns"/>.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>
    /// Targets that are flat in train: left out of losses and pooled metrics (forecast as their constant by
    /// whoever restores original units).
    /// </summary>
    public IReadOnlyList<string> FlatTargets { get; init; } = [];

    /// <summary>
    /// Targets with a value below 0 that these rows do not show: it lies before them, or is clipped in them.
    /// </summary>
    public IReadOnlyList<string> FellBelowZero { get; init; } = [];

    /// <summary>T.</summary>
    public int Rows => Timestamps.Length;

    /// <summary>Local time of a step behind a row: what the calendar of coming rows is taken of.</summary>
    public DateTime LocalTime(int row, int steps) => Step.Local(Step.Next(Timestamps[row], steps));

    /// <summary>Position of a column in <see cref="Columns"/>.</summary>
    /// <exception cref="ArgumentException">No such column.</exception>
    public int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
                return i;
        }

        throw new ArgumentException($"The series has no column '{column}'; it has {string.Join(", ", Columns)}.", nameof(column));
    }

    /// <summary>The same rows, where more is known of what they do not show.</summary>
    /// <param name="fell">Added to <see cref="FellBelowZero"/>.</param>
    internal PreparedSeries Knowing(IReadOnlyList<string> fell) => fell.Count == 0 || fell.All(FellBelowZero.Contains)
        ? this
        : new PreparedSeries
        {
            Timestamps = Timestamps,
            Segments = Segments,
            Step = Step,
            Columns = Columns,
            Values = Values,
            Observed = Observed,
            Targets = Targets,
            FlatTargets = FlatTargets,
            FellBelowZero = [.. FellBelowZero.Union(fell, StringComparer.Ordinal)],
        };

    /// <summary>[M] Positions of the targets in <see cref="Columns"/>.</summary>
    public int[] TargetIndexes() => [.. Targets.Select(IndexOf)];
}
