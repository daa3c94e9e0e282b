using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Intervals;

/// <summary>
/// Split-conformal intervals (Lei et al. 2018) from signed residuals, target by target and lead by lead (FORECASTING.md 8): above the
/// forecast the residual of rank ceil((n + 1) p) with p = (1 + level / 100) / 2, below it the one of the same rank counted from the
/// largest; both are normalised by the forecast's level and interpolated between the leads that have residuals, in log lead. Leads beyond
/// the last of them reuse it. They cover as promised where the future errs as the validation part did: under drift they are approximate.
/// </summary>
public sealed class ConformalIntervals
{
    private readonly LeadErrors[][] _errors; // [M][K]
    private readonly (int Knot, double Share)[] _places; // Of each lead up to the last knot.

    /// <param name="forecasts">Of the model on what it had not seen.</param>
    /// <param name="targets">M targets in the order of the forecasts.</param>
    public ConformalIntervals(ValidationForecasts forecasts, IReadOnlyList<string> targets)
        : this(forecasts.Leads, Errors(targets, forecasts.Targets, forecasts.Leads.Count, (m, k) => LeadErrors.ByLevel(
            Column(forecasts.Forecast[m], k, forecasts.Leads.Count).Zip(Column(forecasts.Truth[m], k, forecasts.Leads.Count)))))
    {
    }

    /// <summary>Of a model of before: every step has its own residuals, whatever the level.</summary>
    /// <param name="residuals">Null: there are none.</param>
    /// <param name="targets">M targets in the order of the forecasts.</param>
    public ConformalIntervals(ValidationResiduals? residuals, IReadOnlyList<string> targets)
        : this(
            [.. Enumerable.Range(1, residuals?.Steps ?? 1)],
            Errors(targets, residuals?.Targets ?? [], residuals?.Steps ?? 1, (m, h) => LeadErrors.Plain(
                Column(residuals!.Values[m], h, residuals.Steps))))
    {
    }

    private ConformalIntervals(IReadOnlyList<int> leads, LeadErrors[][] errors)
    {
        int[] knots = [.. leads];
        (_errors, Leads) = (errors, knots);
        _places = [.. Enumerable.Range(1, knots[^1]).Select(lead => Knots.Place(knots, lead))];
    }

    /// <summary>Those that have residuals, in steps, ascending.</summary>
    public IReadOnlyList<int> Leads { get; }

    /// <summary>Last lead that has residuals: later ones reuse them.</summary>
    public int Steps => _places.Length;

    /// <summary>That it holds.</summary>
    public long Bytes => sizeof(double) * (long)_errors.Sum(target => target.Sum(e => e.Count)) + (2 * sizeof(double) * (long)Steps);

    /// <summary>The interval around one forecast, or null where there are too few residuals for the level.</summary>
    /// <param name="target">Its position.</param>
    /// <param name="step">0 is the first step.</param>
    /// <param name="forecast">In original units.</param>
    /// <param name="level">In percent, between 0 and 100.</param>
    /// <param name="within">What is stated of the target, in original units; the forecast lies in it.</param>
    /// <returns>Low is at most the forecast, high at least.</returns>
    public (double Low, double High)? Around(int target, int step, double forecast, double level, PlausibleRange within)
    {
        var (knot, share) = _places[Math.Min(step, Steps - 1)];
        if (_errors[target][knot].Around(forecast, level) is not var (low, high))
            return null;
        if (share > 0)
        {
            if (_errors[target][knot + 1].Around(forecast, level) is not var (nextLow, nextHigh))
                return null;
            (low, high) = (low + (share * (nextLow - low)), high + (share * (nextHigh - high)));
        }

        return (Math.Min(forecast, within.Clamp(forecast + low)), Math.Max(forecast, within.Clamp(forecast + high)));
    }

    /// <summary>The two of <see cref="Leads"/> that a step lies between, and how far it is from the first to the next.</summary>
    /// <param name="step">0 is the first step.</param>
    public (int From, int To, double Share) Between(int step)
    {
        var (knot, share) = _places[Math.Min(step, Steps - 1)];
        return (Leads[knot], share > 0 ? Leads[knot + 1] : Leads[knot], share);
    }

    /// <summary>Where the truth lies beside forecasts of a lead, normalised; null: too few residuals for the level.</summary>
    /// <param name="target">Its position.</param>
    /// <param name="step">0 is the first step, below <see cref="Steps"/>.</param>
    /// <param name="level">In percent, between 0 and 100.</param>
    /// <returns>The two ends, and q99 - q01 of the residuals; between two leads that have residuals what lies between theirs.</returns>
    public (double Low, double High, double Range)? Sides(int target, int step, double level)
    {
        var (knot, share) = _places[step];
        var (here, next) = (_errors[target][knot], share > 0 ? _errors[target][knot + 1] : _errors[target][knot]);
        if (here.Sides(level) is not var (low, high) || next.Sides(level) is not var (nextLow, nextHigh))
            return null;
        return (
            low + (share * (nextLow - low)), high + (share * (nextHigh - high)), here.Range + (share * (next.Range - here.Range)));
    }

    /// <summary>What residuals of a lead are divided by to be normalised, in original units; 0: they have none.</summary>
    /// <param name="target">Its position.</param>
    /// <param name="step">0 is the first step, below <see cref="Steps"/>.</param>
    /// <param name="forecast">In original units.</param>
    public double Scale(int target, int step, double forecast)
    {
        var (knot, share) = _places[step];
        var here = _errors[target][knot].Scale(forecast);
        return share > 0 ? here + (share * (_errors[target][knot + 1].Scale(forecast) - here)) : here;
    }

    /// <summary>[M][K]; none for a target that has no residuals.</summary>
    private static LeadErrors[][] Errors(
        IReadOnlyList<string> targets, IReadOnlyList<string> known, int leads, Func<int, int, LeadErrors> errors) =>
        [.. targets.Select(target => known.ToList().IndexOf(target) is var m && m < 0
            ? Enumerable.Repeat(LeadErrors.Plain([]), leads).ToArray()
            : [.. Enumerable.Range(0, leads).Select(k => errors(m, k))])];

    private static IEnumerable<double> Column(double[] values, int lead, int leads)
    {
        for (var i = lead; i < values.Length; i += leads)
            yield return values[i];
    }
}
