using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>A fitted reference without parameters of its own.</summary>
internal abstract class FittedReference(ModelSignature signature) : IFittedForecaster
{
    public ModelSignature Signature { get; } = signature;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps) =>
        WindowGroups.BySeries(windows, steps, Signature.Targets.Count, series =>
        {
            WindowGroups.RefuseHolidays(series.Holidays, Signature.ModelType);
            return Forecast(series.Series, series.Origins, steps);
        });

    public virtual IReadOnlyDictionary<string, byte[]> Save() =>
        new Dictionary<string, byte[]>
        {
            ["model.json"] = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["model_type"] = Signature.ModelType }),
        };

    public void Dispose()
    {
    }

    private double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps)
    {
        var targets = Signature.Targets.Select(history.IndexOf).ToArray();
        var forecast = new double[origins.Length, steps, targets.Length];
        for (var n = 0; n < origins.Length; n++)
        {
            for (var m = 0; m < targets.Length; m++)
                Fill(history, targets[m], origins[n], steps, forecast, n, m);
        }

        return forecast;
    }

    /// <summary>Whether it has a one-step forecast from an origin whose input rows lie in one segment.</summary>
    public virtual bool Applies(PreparedSeries history, int origin) => true;

    /// <summary>Writes [n, 0..steps, m] from column <paramref name="column"/> up to row <paramref name="origin"/>.</summary>
    protected abstract void Fill(PreparedSeries history, int column, int origin, int steps, double[,,] into, int n, int m);
}
