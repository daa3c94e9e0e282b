using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Backtests;

/// <summary>
/// The origins and leads of canonical forecasts (FORECASTING.md 9): every step for lead 1, every 1/48 of a season for the other knots.
/// </summary>
public sealed class CanonicalGrid
{
    /// <summary>Steps of a block, over which losses are averaged for the evidence of a rollback.</summary>
    public const int BlockSteps = 10;

    private const int OfSeason = 48;

    private readonly SeriesStep _step;

    /// <param name="step">Between rows.</param>
    public CanonicalGrid(SeriesStep step)
    {
        var season = Season.Steps(step);
        (_step, Stride, Leads, Buckets) = (step, Math.Max(1, season / OfSeason), Knots.UpTo(season), new TimeBuckets(step));
    }

    /// <summary>Steps between the origins of all leads but the first.</summary>
    public int Stride { get; }

    /// <summary>The first, and the knots of a season, ascending.</summary>
    public IReadOnlyList<int> Leads { get; }

    /// <summary>That errors are summed by.</summary>
    public TimeBuckets Buckets { get; }

    /// <summary>Whether forecasts of all leads are made from a row.</summary>
    /// <param name="time">Of the row.</param>
    public bool IsOrigin(DateTime time) => Stride == 1 || Ordinal(time) % Stride == 0;

    /// <summary>Whether a lead is scored from a row.</summary>
    public bool IsOrigin(DateTime time, int lead) => lead == 1 || IsOrigin(time);

    /// <summary>The first of the ten steps that a time lies in.</summary>
    public DateTime BlockStart(DateTime time) => _step.Next(time, -(Ordinal(time) % BlockSteps));

    /// <summary>Numbers the steps; days and months by the clock on the wall.</summary>
    private long Ordinal(DateTime time) => _step.Unit switch
    {
        StepUnit.BusinessDay => SeriesStep.WorkingDay(_step.Local(time)),
        StepUnit.Month => SeriesStep.MonthOf(_step.Local(time)) / _step.Months,
        _ => (_step.IsLocal ? _step.Local(time) : time).Ticks / _step.Duration.Ticks,
    };
}
