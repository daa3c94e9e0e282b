using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Broken;

/// <summary>A model that answers wrongly from some time on. As deterministic as the model: the same rows give the same answer.</summary>
internal sealed class BrokenForecaster(IFittedForecaster whole, Scaler scaler, Func<IReadOnlyList<ModelFault>> faults) : IFittedForecaster
{
    public ModelSignature Signature => whole.Signature;

    public bool FeedsBack => whole.FeedsBack;

    public bool KnowsHolidays => whole.KnowsHolidays;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps) =>
        Broken(windows, [.. Enumerable.Range(1, steps)], seen => whole.Forecast(seen, steps));

    public double[,,] ForecastAt(IReadOnlyList<Window> windows, IReadOnlyList<int> leads) =>
        Broken(windows, leads, seen => whole.ForecastAt(seen, leads));

    public IReadOnlyDictionary<string, byte[]> Save() => whole.Save();

    public void Dispose() => whole.Dispose();

    private double[,,] Broken(
        IReadOnlyList<Window> windows, IReadOnlyList<int> leads, Func<IReadOnlyList<Window>, double[,,]> ask)
    {
        var all = faults();
        if (all.Count == 0)
            return ask(windows);

        var stale = all.Where(f => f.Kind == ModelFaultKind.Stale).ToList();
        var forecast = ask([.. windows.Select(w => Seen(w, stale))]);
        for (var n = 0; n < windows.Count; n++)
        {
            foreach (var fault in all.Where(f => IsThere(f, windows[n])))
                Break(forecast, n, windows[n], leads, fault);
        }

        return forecast;
    }

    private static bool IsThere(ModelFault fault, Window window) => window.Series.Timestamps[window.Origin] >= fault.From;

    private Window Seen(Window window, List<ModelFault> stale)
    {
        var steps = (int)stale.Where(f => IsThere(f, window)).Sum(f => f.Size);
        var old = window with { Origin = window.Origin - steps };
        return steps > 0 && old.HasRows(Signature.InputLength) ? old : window;
    }

    private void Break(double[,,] forecast, int n, Window window, IReadOnlyList<int> leads, ModelFault fault)
    {
        for (var m = 0; m < Signature.Targets.Count; m++)
        {
            var scale = scaler[Signature.Targets[m]];
            for (var l = 0; l < leads.Count; l++)
            {
                ref var cell = ref forecast[n, l, m];
                cell = fault.Kind switch
                {
                    ModelFaultKind.Gain => ((scale.Inverse(cell) * fault.Size) - scale.Center) / scale.Scale,
                    ModelFaultKind.Bias => cell + (fault.Size * (scale.Max - scale.Min) / scale.Scale),
                    ModelFaultKind.Worse when Truth(window, leads[l], m) is { } truth => truth + ((1 + fault.Size) * (cell - truth)),
                    _ => cell,
                };
            }
        }
    }

    /// <summary>What came true at a lead, where the rows reach so far and it was measured.</summary>
    private double? Truth(Window window, int lead, int target)
    {
        var (series, row) = (window.Series, window.Origin + lead);
        if (row >= series.Rows || series.Segments[row] != series.Segments[window.Origin])
            return null;

        var column = series.IndexOf(Signature.Targets[target]);
        return series.Observed[column][row] ? series.Values[column][row] : null;
    }
}
