using FLTS.Modules.Contracts;

namespace FLTS.Modules.Forecasting.Trees;

/// <summary>Tree ensembles that answer; plain arrays, no native library.</summary>
/// <param name="signature">What it needs and gives.</param>
/// <param name="mode">What an ensemble's sum means.</param>
/// <param name="ensembles">[M] Null for a target flat in train: it keeps its last value.</param>
internal sealed class FittedTrees(ModelSignature signature, TreeTarget mode, TreeEnsemble?[] ensembles) : IFittedForecaster
{
    private readonly WindowFeatures _features = new(signature.Inputs, signature.InputLength);

    public ModelSignature Signature => signature;

    /// <summary>[M]</summary>
    public IReadOnlyList<TreeEnsemble?> Ensembles => ensembles;

    public double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var inputs = signature.Inputs.Select(history.IndexOf).ToArray();
        var targets = signature.Targets.Select(t => signature.Inputs.ToList().IndexOf(t)).ToArray();
        var coming = steps > 1 ? new ComingInputs(signature, history) : null;
        var (length, columns) = (signature.InputLength, inputs.Length);
        var forecast = new double[origins.Length, steps, targets.Length];
        var rows = new double[(length + steps) * columns];
        var features = new float[_features.Names.Count];
        for (var n = 0; n < origins.Length; n++)
        {
            Copy(history, inputs, origins[n], length, rows, signature.ModelType);
            for (var h = 0; h < steps; h++)
            {
                var window = rows.AsSpan(h * columns, length * columns);
                _features.Fill(window, history.Timestamps[origins[n]] + ((h + 1) * signature.Step), features);
                for (var m = 0; m < targets.Length; m++)
                {
                    var last = window[^(columns - targets[m])];
                    forecast[n, h, m] = ensembles[m] is not { } trees ? last : trees.Value(features) + (mode == TreeTarget.Residual ? last : 0);
                }

                for (var f = 0; f < columns && h + 1 < steps; f++)
                    rows[((length + h) * columns) + f] = coming!.Value(f, forecast, n, origins[n], h);
            }
        }

        return forecast;
    }

    public IReadOnlyDictionary<string, byte[]> Save() =>
        new Dictionary<string, byte[]> { [LightGbmFamily.FileName] = TreesJson.Write(mode, _features.Names, signature.Targets, ensembles) };

    public void Dispose()
    {
    }

    /// <summary>Copies the window that ends at <paramref name="origin"/>.</summary>
    /// <exception cref="InvalidInputException">It is too short or crosses a border.</exception>
    private static void Copy(PreparedSeries history, int[] inputs, int origin, int length, double[] into, string modelType)
    {
        var first = origin - length + 1;
        if (first < 0 || origin >= history.Rows || history.Segments[first] != history.Segments[origin])
            throw new InvalidInputException($"{modelType} needs {length} rows without a gap up to row {origin}; the series does not have them there.");
        for (var t = 0; t < length; t++)
        {
            for (var f = 0; f < inputs.Length; f++)
                into[(t * inputs.Length) + f] = history.Values[inputs[f]][first + t];
        }
    }
}
