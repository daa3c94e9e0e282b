namespace FLTS.Modules.Forecasting.Prophet;

/// <summary>Prophet models of all targets behind the forecaster contract: the curve at the times after each origin.</summary>
internal sealed class FittedProphetForecaster(ModelSignature signature, ProphetModel[] models, double? cap, double? floor) : IFittedForecaster
{
    public ModelSignature Signature => signature;

    /// <summary>[M] One model a target.</summary>
    public IReadOnlyList<ProphetModel> Models => models;

    public double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var times = new DateTime[origins.Length * steps];
        for (var i = 0; i < origins.Length; i++)
        {
            for (var k = 0; k < steps; k++)
                times[(i * steps) + k] = history.Timestamps[origins[i]] + ((k + 1) * signature.Step);
        }

        // Neighbouring origins share most of their times: the curve is evaluated once a time.
        var distinct = times.Distinct().Order().ToArray();
        var place = new Dictionary<DateTime, int>(distinct.Length);
        for (var i = 0; i < distinct.Length; i++)
            place[distinct[i]] = i;
        var frame = Frame(distinct, cap, floor);
        var forecast = new double[origins.Length, steps, models.Length];
        for (var j = 0; j < models.Length; j++)
        {
            var yhat = models[j].PredictPoint(frame);
            for (var i = 0; i < times.Length; i++)
                forecast[i / steps, i % steps, j] = yhat[place[times[i]]];
        }

        return forecast;
    }

    public IReadOnlyDictionary<string, byte[]> Save() => new Dictionary<string, byte[]>
    {
        [ProphetFamily.FileName] = ProphetJson.Write(signature.Targets.Zip(models, KeyValuePair.Create)),
    };

    public void Dispose()
    {
    }

    internal static ProphetFrame Frame(DateTime[] times, double? cap, double? floor) => new()
    {
        Ds = times,
        Cap = cap is { } c ? [.. Enumerable.Repeat(c, times.Length)] : null,
        Floor = floor is { } f ? [.. Enumerable.Repeat(f, times.Length)] : null,
    };
}
