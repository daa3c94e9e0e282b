using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// Regressions that answer directly, one a knot of the leads. Between knots the answers are interpolated in log lead, beyond the last they
/// are held; with a season what is interpolated is the difference to SEASONAL_MEAN.
/// </summary>
internal sealed class FittedLeads(LeadsModel model) : IFittedForecaster
{
    private readonly int[] _leads = [.. model.Knots.Select(k => k.Lead)];
    private readonly LeadPlans _plans = new([.. model.Knots.Select(k => k.Lead)]);
    private readonly InputPlaces _inputs = new(model.Signature.Inputs);
    private readonly int[] _targets = [.. model.Signature.Targets.Select(t => model.Signature.Inputs.ToList().IndexOf(t))];

    public LeadsModel Model => model;

    public ModelSignature Signature => model.Signature;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return ForecastAt(windows, _plans.UpTo(steps).Leads);
    }

    public double[,,] ForecastAt(IReadOnlyList<Window> windows, IReadOnlyList<int> leads) =>
        WindowGroups.BySeries(windows, leads, Signature, series => At(series.Series, series.Origins, leads));

    public IReadOnlyDictionary<string, byte[]> Save() => new Dictionary<string, byte[]> { ["model.json"] = LeadsJson.Write(model) };

    public void Dispose()
    {
    }

    private double[,,] At(PreparedSeries history, ReadOnlySpan<int> origins, IReadOnlyList<int> leads)
    {
        var plan = _plans.Of(leads);
        var (places, needed) = (plan.Places, plan.Needed);
        var (targets, window) = (Signature.Targets.Count, new LeadWindow(model, history, _inputs.In(history), _targets));
        var (forecast, of) = (new double[origins.Length, leads.Count, targets], new double[_leads.Length][]);
        var profile = new double[targets];
        foreach (var k in needed)
            of[k] = new double[targets];
        var deviations = Array.Exists(needed, k => model.Knots[k].Terms == LeadTerms.Deviations);
        for (var n = 0; n < origins.Length; n++)
        {
            window.Read(origins[n], deviations);
            foreach (var k in needed)
            {
                window.Forecast(model.Knots[k], of[k]);
                if (model.IsSeasonal)
                    Add(window.Season(_leads[k]), -1, of[k]);
            }

            for (var l = 0; l < places.Length; l++)
            {
                var (k, share) = places[l];
                if (model.IsSeasonal)
                    window.Season(leads[l]).CopyTo(profile);
                for (var m = 0; m < targets; m++)
                    forecast[n, l, m] = profile[m] + (share > 0 ? ((1 - share) * of[k][m]) + (share * of[k + 1][m]) : of[k][m]);
            }
        }

        return forecast;
    }

    private static void Add(ReadOnlySpan<double> x, double times, Span<double> into)
    {
        for (var m = 0; m < into.Length; m++)
            into[m] += times * x[m];
    }
}
