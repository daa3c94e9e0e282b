using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>AR as coefficients on standardised columns. A target flat in train has none and keeps its last value.</summary>
/// <param name="signature">What it needs and gives.</param>
/// <param name="scale">[F]</param>
/// <param name="coefficients">[M][input_len * F + 1] Oldest row first, the intercept last; null for a flat target.</param>
internal sealed class FittedAr(ModelSignature signature, ColumnSpread[] scale, double[]?[] coefficients) : IFittedForecaster
{
    public ModelSignature Signature { get; } = signature;

    public bool FeedsBack => true;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps) =>
        WindowGroups.BySeries(windows, steps, Signature.Targets.Count, series =>
        {
            WindowGroups.RefuseHolidays(series.Holidays, Signature.ModelType);
            return Forecast(series.Series, series.Origins, steps);
        });

    public IReadOnlyDictionary<string, byte[]> Save() => new Dictionary<string, byte[]>
    {
        ["model.json"] = JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["model_type"] = Signature.ModelType,
                ["scale"] = JsonSerializer.SerializeToNode(scale, JsonFormat.Snake),
                ["coefficients"] = JsonSerializer.SerializeToNode(coefficients),
            }),
    };

    public static FittedAr FromJson(ModelSignature signature, JsonObject json)
    {
        var scale = json["scale"].Deserialize<ColumnSpread[]>(JsonFormat.Snake);
        var coefficients = json["coefficients"].Deserialize<double[]?[]>();
        var features = (signature.InputLength * signature.Inputs.Count) + 1;
        if (scale?.Length != signature.Inputs.Count
            || coefficients?.Length != signature.Targets.Count
            || coefficients.Any(b => b is not null && b.Length != features)
            || scale.Any(s => s is null || s.Deviation == 0))
            throw new CorruptArtifactException(
                $"AR: model.json does not fit {signature.Inputs.Count} columns, {signature.Targets.Count} targets and input_len "
                + $"{signature.InputLength}.");
        return new FittedAr(signature, scale, coefficients);
    }

    public void Dispose()
    {
    }

    private double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps)
    {
        var inputs = Signature.Inputs.Select(history.IndexOf).ToArray();
        var targets = Signature.Targets.Select(t => Signature.Inputs.ToList().IndexOf(t)).ToArray();
        var coming = steps > 1 ? new ComingInputs(Signature, history) : null;
        var (length, columns) = (Signature.InputLength, inputs.Length);
        var forecast = new double[origins.Length, steps, targets.Length];
        var rows = new double[(length + steps) * columns]; // standardised, then the forecasts behind them
        for (var n = 0; n < origins.Length; n++)
        {
            var first = origins[n] - length + 1;
            if (!new Window(history, origins[n]).HasRows(length))
                throw new InvalidInputException(
                    $"AR needs {length} rows without a gap up to row {origins[n]}; the series does not have them there.");
            for (var t = 0; t < length; t++)
            {
                for (var f = 0; f < columns; f++)
                    rows[(t * columns) + f] = (history.Values[inputs[f]][first + t] - scale[f].Mean) / scale[f].Deviation;
            }

            for (var h = 0; h < steps; h++)
            {
                var window = rows.AsSpan(h * columns, length * columns);
                for (var m = 0; m < targets.Length; m++)
                {
                    var f = targets[m];
                    var value = coefficients[m] is { } b ? Vectors.Dot(window, b.AsSpan(0, b.Length - 1)) + b[^1] : window[^(columns - f)];
                    forecast[n, h, m] = (value * scale[f].Deviation) + scale[f].Mean;
                }

                for (var f = 0; f < columns && h + 1 < steps; f++)
                    rows[((length + h) * columns) + f] = (coming!.Value(f, forecast, n, origins[n], h)
                        - scale[f].Mean) / scale[f].Deviation;
            }
        }

        return forecast;
    }
}
