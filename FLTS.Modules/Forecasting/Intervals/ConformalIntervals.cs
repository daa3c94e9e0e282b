using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Intervals;

/// <summary>
/// Split-conformal intervals (Lei et al. 2018) from signed residuals, target by target and step by step (FORECASTING.md 8): above the
/// forecast the residual of rank ceil((n + 1) p) with p = (1 + level / 100) / 2, below it the one of the same rank counted from the
/// largest. Steps beyond the last rollout reuse its last step. They cover as promised where the future errs as the validation part did:
/// under drift they are approximate.
/// </summary>
public sealed class ConformalIntervals
{
    private readonly double[][][] _sorted; // [M][H][n]

    /// <param name="residuals">Null: there are none.</param>
    /// <param name="targets">M targets in the order of the forecasts.</param>
    public ConformalIntervals(ValidationResiduals? residuals, IReadOnlyList<string> targets)
    {
        Steps = residuals?.Steps ?? 1;
        _sorted = [.. targets.Select(target => Enumerable.Range(0, Steps).Select(h => Sorted(residuals, target, h)).ToArray())];
    }

    /// <summary>H: later steps reuse this one.</summary>
    public int Steps { get; }

    /// <summary>The interval around one forecast, or null where there are too few residuals for the level.</summary>
    /// <param name="target">Its position.</param>
    /// <param name="step">0 is the first step.</param>
    /// <param name="forecast">In original units.</param>
    /// <param name="level">In percent, between 0 and 100.</param>
    /// <param name="within">What is stated of the target, in original units; the forecast lies in it.</param>
    /// <returns>Low is at most the forecast, high at least.</returns>
    public (double Low, double High)? Around(int target, int step, double forecast, double level, PlausibleRange within)
    {
        var residuals = _sorted[target][Math.Min(step, Steps - 1)];
        var rank = (int)Math.Ceiling(((residuals.Length + 1) * (1 + (level / 100)) / 2) - 1e-9);
        if (rank > residuals.Length)
            return null;
        var (low, high) = (forecast + residuals[^rank], forecast + residuals[rank - 1]);
        return (Math.Min(forecast, within.Clamp(low)), Math.Max(forecast, within.Clamp(high)));
    }

    private static double[] Sorted(ValidationResiduals? residuals, string target, int step)
    {
        if (residuals is null || residuals.Targets.ToList().IndexOf(target) is not (var m and >= 0))
            return [];
        return [.. Enumerable.Range(0, residuals.Origins.Count)
            .Select(n => residuals.Values[m][(n * residuals.Steps) + step])
            .Where(double.IsFinite)
            .Order()];
    }
}
