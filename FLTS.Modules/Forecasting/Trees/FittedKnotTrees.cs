using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// A base and what trees add to it at the knots (<c>lead_mode: direct</c>): every lead is forecast from the origin. Plain arrays, no native
/// library.
/// </summary>
/// <param name="signature">What it needs and gives.</param>
/// <param name="model">What it answers from.</param>
internal sealed class FittedKnotTrees(ModelSignature signature, KnotTrees model) : IFittedForecaster
{
    private readonly LeadPlans _plans = new(model.Knots);

    public ModelSignature Signature => signature;

    /// <summary>What it answers from.</summary>
    public KnotTrees Model => model;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps) => ForecastAt(windows, _plans.UpTo(steps).Leads);

    public double[,,] ForecastAt(IReadOnlyList<Window> windows, IReadOnlyList<int> leads) =>
        WindowGroups.BySeries(windows, leads, signature, of => Forecast(of, leads));

    public IReadOnlyDictionary<string, byte[]> Save() => new Dictionary<string, byte[]>
    {
        [TreesJson.FileName] = KnotTreesJson.Write(signature, model),
        [LeadBase.FileName] = model.Base.Save(),
    };

    public void Dispose()
    {
    }

    private double[,,] Forecast(SeriesWindows windows, IReadOnlyList<int> leads)
    {
        var (knots, features, targets) = (model.Knots, model.Features, signature.Targets.Count);
        var plan = _plans.Of(leads);
        var (places, needed) = (plan.Places, plan.Needed);
        var over = model.Base.ForecastAt(windows, [.. leads, .. needed.Select(k => knots[k])]);

        var forecast = new double[windows.Count, leads.Count, targets];
        var (rows, profile) = (new WindowRows(signature, windows.Series), model.Base.ProfileOf(windows.Series));
        var (seasonal, added, values) = (new double[targets], new double[knots.Length, targets], new float[features.Names.Count]);
        for (var n = 0; n < windows.Count; n++)
        {
            var origin = windows.Origins[n];
            var window = rows.At(origin);
            features.FillWindow(window, values.AsSpan(features.KnotWidth));
            for (var i = 0; i < needed.Length; i++)
            {
                var k = needed[i];
                if (profile?.TryFill(origin, knots[k], seasonal) == false)
                    throw new InvalidInputException($"{signature.ModelType}: SEASONAL_MEAN is not known at row {origin}.");
                features.FillKnot(windows.Series.LocalTime(origin, knots[k]), seasonal, rows.Last(window), values);
                for (var m = 0; m < targets; m++)
                {
                    var trees = model.Trees[m][k];
                    added[k, m] = trees.Trees.Value(values)
                        + (trees.IsOverLast ? rows.LastOf(window, m) - over[n, leads.Count + i, m] : 0);
                }
            }

            for (var l = 0; l < places.Length; l++)
            {
                var (index, share) = places[l];
                for (var m = 0; m < targets; m++)
                {
                    var at = added[index, m];
                    forecast[n, l, m] = over[n, l, m] + (share > 0 ? at + (share * (added[index + 1, m] - at)) : at);
                }
            }
        }

        return forecast;
    }
}
