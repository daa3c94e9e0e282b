using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Live;

/// <summary>
/// One side of an interval that adapts (FORECASTING.md 9; quantile tracking, arXiv 2307.16895): the residual that so large a share lies
/// within, moved after each truth by a step that grows where it was missed. The same truths in the same order give the same in all
/// processes.
/// </summary>
/// <param name="Start">Quantile that it began at.</param>
/// <param name="Quantile">Quantile now.</param>
/// <param name="Range">q99 - q01 of the residuals it began with: how far it may go.</param>
/// <param name="Lead">In steps.</param>
/// <param name="Miss">Share that is to lie beyond: alpha / 2.</param>
/// <param name="IsUpper">Which side.</param>
public sealed record IntervalTracker(double Start, double Quantile, double Range, int Lead, double Miss, bool IsUpper)
{
    /// <summary>Residuals that it begins with, at most: the newest.</summary>
    public const int MostResiduals = 5_000;

    /// <summary>Longest lead that adapts.</summary>
    public const int LongestLead = 5;

    private const double Pace = 0.01;

    /// <summary>Begins one; null: there are no residuals.</summary>
    /// <param name="residuals">Normalised, in the order in which they became known.</param>
    /// <param name="lead">In steps.</param>
    /// <param name="level">In percent.</param>
    /// <param name="isUpper">Which side.</param>
    public static IntervalTracker? Begin(IReadOnlyList<double> residuals, int lead, double level, bool isUpper)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lead, LongestLead);
        double[] sorted = [.. residuals.Skip(residuals.Count - MostResiduals).Order()];
        if (sorted.Length == 0)
            return null;

        var miss = (1 - (level / 100)) / 2;
        var start = Statistics.Quantile(sorted, isUpper ? 1 - miss : miss);
        var range = Statistics.Quantile(sorted, 0.99) - Statistics.Quantile(sorted, 0.01);
        return new IntervalTracker(start, start, range, lead, miss, isUpper);
    }

    /// <summary>With one more truth that has become known.</summary>
    /// <param name="residual">Normalised.</param>
    public IntervalTracker With(double residual)
    {
        var missed = IsUpper ? residual > Quantile : residual < Quantile;
        var outwards = Pace / Math.Sqrt(Lead) * Range * ((missed ? 1 : 0) - Miss);
        return this with
        {
            Quantile = Math.Clamp(Quantile + (IsUpper ? outwards : -outwards), Start - Range, Start + Range),
        };
    }
}
