using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Trees;

/// <summary>Tree ensembles that answer; plain arrays, no native library.</summary>
/// <param name="signature">What it needs and gives.</param>
/// <param name="mode">What an ensemble's sum means.</param>
/// <param name="trees">[M]</param>
/// <param name="features">What they were grown on.</param>
internal sealed class FittedTrees(ModelSignature signature, TreeTarget mode, TargetTrees[] trees, WindowFeatures features)
    : IFittedForecaster
{
    public ModelSignature Signature => signature;

    public bool FeedsBack => true;

    /// <summary>[M]</summary>
    public IReadOnlyList<TargetTrees> Trees => trees;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps) =>
        WindowGroups.BySeries(windows, steps, signature.Targets.Count, series =>
        {
            WindowGroups.RefuseHolidays(series.Holidays, signature.ModelType);
            return Forecast(series.Series, series.Origins, steps);
        });

    public IReadOnlyDictionary<string, byte[]> Save() =>
        new Dictionary<string, byte[]> { [TreesJson.FileName] = TreesJson.Write(mode, features.Names, signature.Targets, trees) };

    public void Dispose()
    {
    }

    private double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps)
    {
        var inputs = signature.Inputs.Select(history.IndexOf).ToArray();
        var targets = signature.Targets.Select(t => signature.Inputs.ToList().IndexOf(t)).ToArray();
        var coming = steps > signature.Horizon ? new ComingInputs(signature, history) : null;
        var (length, columns) = (signature.InputLength, inputs.Length);
        var forecast = new double[origins.Length, steps, targets.Length];
        var rows = new double[(length + steps) * columns];
        var values = new float[features.Names.Count];
        for (var n = 0; n < origins.Length; n++)
        {
            Copy(history, inputs, origins[n], length, rows, signature.ModelType);
            for (var done = 0; done < steps; done += signature.Horizon)
            {
                var window = rows.AsSpan(done * columns, length * columns);
                features.FillWindow(window, values);
                for (var h = done; h < Math.Min(steps, done + signature.Horizon); h++)
                {
                    features.FillStep(h - done + 1, history.LocalTime(origins[n], h + 1), values);
                    for (var m = 0; m < targets.Length; m++)
                    {
                        var last = window[^(columns - targets[m])];
                        var ensemble = h == done ? trees[m].First : trees[m].Further;
                        forecast[n, h, m] = ensemble is null ? last : ensemble.Value(values) + (mode == TreeTarget.Residual ? last : 0);
                    }
                }

                for (var h = done; h < done + signature.Horizon && done + signature.Horizon < steps; h++)
                {
                    for (var f = 0; f < columns; f++)
                        rows[((length + h) * columns) + f] = coming!.Value(f, forecast, n, origins[n], h);
                }
            }
        }

        return forecast;
    }

    /// <summary>Copies the window that ends at <paramref name="origin"/>.</summary>
    /// <exception cref="InvalidInputException">It is too short or crosses a border.</exception>
    private static void Copy(PreparedSeries history, int[] inputs, int origin, int length, double[] into, string modelType)
    {
        var first = origin - length + 1;
        if (!new Window(history, origin).HasRows(length))
            throw new InvalidInputException(
                $"{modelType} needs {length} rows without a gap up to row {origin}; the series does not have them there.");
        for (var t = 0; t < length; t++)
        {
            for (var f = 0; f < inputs.Length; f++)
                into[(t * inputs.Length) + f] = history.Values[inputs[f]][first + t];
        }
    }
}
