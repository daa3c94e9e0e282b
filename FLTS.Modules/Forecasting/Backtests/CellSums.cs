namespace FLTS.Forecasting.Backtests;

/// <summary>
/// Sums over forecasts that met their truth, or may: errors scaled by each target's range in train, flat targets left out, each target
/// of equal weight.
/// </summary>
/// <param name="Cells">Forecasts of a target at a time that were made.</param>
/// <param name="Matched">Those of them whose truth was observed; all that follows is theirs.</param>
/// <param name="Absolutes">Of the absolute errors; infinite where a forecast is not finite.</param>
/// <param name="Squares">Of the squared errors; as above.</param>
/// <param name="Errors">Of forecast less truth, where it is finite.</param>
/// <param name="Intervals">How they lay in their intervals.</param>
public readonly record struct CellSums(
    long Cells, long Matched, double Absolutes, double Squares, double Errors, IntervalSums Intervals)
{
    /// <summary>With what another has.</summary>
    public CellSums With(CellSums other) => new(
        Cells + other.Cells,
        Matched + other.Matched,
        Absolutes + other.Absolutes,
        Squares + other.Squares,
        Errors + other.Errors,
        Intervals.With(other.Intervals));

    /// <summary>With one more cell, whose truth is not known.</summary>
    public CellSums WithUnmatched() => this with { Cells = Cells + 1 };

    /// <summary>With one more cell.</summary>
    /// <param name="error">Forecast less truth, scaled.</param>
    /// <param name="intervals">Of this cell.</param>
    public CellSums With(double error, IntervalSums intervals)
    {
        var size = double.IsFinite(error) ? Math.Abs(error) : double.PositiveInfinity;
        return new CellSums(
            Cells + 1,
            Matched + 1,
            Absolutes + size,
            Squares + (size * size),
            Errors + (double.IsFinite(error) ? error : 0),
            Intervals.With(intervals));
    }
}

/// <summary>Sums over truths and the intervals around their forecasts.</summary>
/// <param name="With80">Those that have an interval of 80 percent.</param>
/// <param name="Inside80">Those of them that lie in it.</param>
/// <param name="With95">The same of 95 percent.</param>
/// <param name="Inside95">The same of 95 percent.</param>
/// <param name="Scores">Of the interval scores of 80 percent, scaled: width, and ten times the distance of what lies outside.</param>
public readonly record struct IntervalSums(long With80, long Inside80, long With95, long Inside95, double Scores)
{
    /// <summary>Weight of what lies outside an interval of 80 percent, per unit of distance: 2 / (1 - 0.8).</summary>
    private const double Penalty = 10;

    /// <summary>Of one truth.</summary>
    /// <param name="truth">In original units.</param>
    /// <param name="range">Of the target in train.</param>
    /// <param name="around80">Null: there is none.</param>
    /// <param name="around95">As above.</param>
    public static IntervalSums Of(double truth, double range, (double Low, double High)? around80, (double Low, double High)? around95)
    {
        var sums = default(IntervalSums);
        if (around80 is var (low, high))
        {
            var outside = Math.Max(0, Math.Max(low - truth, truth - high));
            sums = new IntervalSums(1, outside > 0 ? 0 : 1, 0, 0, (high - low + (Penalty * outside)) / range);
        }

        return around95 is var (lowest, highest)
            ? sums with { With95 = 1, Inside95 = truth >= lowest && truth <= highest ? 1 : 0 }
            : sums;
    }

    /// <summary>With what another has.</summary>
    public IntervalSums With(IntervalSums other) => new(
        With80 + other.With80, Inside80 + other.Inside80, With95 + other.With95, Inside95 + other.Inside95, Scores + other.Scores);
}
