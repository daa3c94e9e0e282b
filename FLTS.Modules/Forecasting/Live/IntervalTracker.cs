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
    /// <summary>Longest lead that adapts.</summary>
    public const int LongestLead = 5;

    private const double Pace = 0.01;

    /// <summary>One of which no truth is known.</summary>
    /// <param name="of">Quantile that it begins at, and q99 - q01, of normalised residuals.</param>
    /// <param name="lead">In steps.</param>
    /// <param name="level">In percent.</param>
    /// <param name="isUpper">Which side.</param>
    public static IntervalTracker Begin((double Quantile, double Range) of, int lead, double level, bool isUpper)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lead, LongestLead);
        return new IntervalTracker(of.Quantile, of.Quantile, of.Range, lead, (1 - (level / 100)) / 2, isUpper);
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
