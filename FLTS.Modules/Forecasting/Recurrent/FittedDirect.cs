using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Recurrent.Answering;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Recurrent;

/// <summary>
/// A trained net that answers every lead from the origin: the base's forecast and the net's difference to it, which between knots is
/// interpolated in log lead and beyond the last is held. Nothing changes after it is made, so any number of threads may ask at once.
/// </summary>
internal sealed class FittedDirect(ModelSignature signature, PackedNet net, Normalisation norm, LeadBase leadBase) : IFittedForecaster
{
    /// <summary>Windows computed together: bounds memory, and beyond it nothing gets faster.</summary>
    private const int Batch = 512;

    private readonly int[] _knots = leadBase.Knots;
    private bool _disposed;

    public ModelSignature Signature => signature;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return ForecastAt(windows, [.. Enumerable.Range(1, steps)]);
    }

    /// <summary>Windows of any series are one batch: the net gives each the same bits in any.</summary>
    public double[,,] ForecastAt(IReadOnlyList<Window> windows, IReadOnlyList<int> leads)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (var window in windows)
        {
            if (!window.HasRows(signature.InputLength))
                throw new InvalidInputException(
                    $"{signature.ModelType} needs {signature.InputLength} rows without a gap up to row {window.Origin}; the series of "
                    + $"{window.Series.Rows} rows does not have them there.");
            WindowGroups.RefuseHolidays(window.Holidays, signature.ModelType);
        }

        var forecast = leadBase.ForecastAt(windows, leads);
        for (var start = 0; start < windows.Count && leads.Count > 0; start += Batch)
            Add(windows, start, Math.Min(Batch, windows.Count - start), leads, forecast);
        return forecast;
    }

    public IReadOnlyDictionary<string, byte[]> Save()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new Dictionary<string, byte[]>
        {
            [FittedRecurrent.WeightsFile] = SafetensorsFile.Write([.. net.Tensors, .. norm.Save()]),
            [LeadBase.FileName] = leadBase.Save(),
        };
    }

    /// <summary>Holds nothing that has to be given back; refuses what comes afterwards, as other models do.</summary>
    public void Dispose() => _disposed = true;

    /// <summary>[count, knots, M] What the net itself says.</summary>
    /// <param name="windows">[N]</param>
    /// <param name="start">First of them.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="knots">Positions, ascending.</param>
    public float[] Outputs(IReadOnlyList<Window> windows, int start, int count, int[] knots)
    {
        var (rows, beside) = Inputs(windows, start, count, knots);
        var outputs = new float[count * knots.Length * signature.Targets.Count];
        net.Forward(rows, count, knots, beside, outputs);
        return outputs;
    }

    /// <summary>Adds the net's differences to the base's forecasts.</summary>
    private void Add(IReadOnlyList<Window> windows, int start, int count, IReadOnlyList<int> leads, double[,,] forecast)
    {
        var places = leads.Select(lead => Knots.Place(_knots, lead)).ToArray();
        int[] needed = [.. places.Select(p => p.Index).Concat(places.Where(p => p.Share > 0).Select(p => p.Index + 1)).Distinct().Order()];
        var (targets, outputs) = (signature.Targets.Count, Outputs(windows, start, count, needed));

        for (var l = 0; l < places.Length; l++)
        {
            var (knot, share) = places[l];
            var position = Array.BinarySearch(needed, knot);
            for (var n = 0; n < count; n++)
            {
                for (var m = 0; m < targets; m++)
                {
                    var code = norm.Targets[(knot * targets) + m];
                    var difference = outputs[(((n * needed.Length) + position) * targets) + m] * code.Scale;
                    if (share > 0)
                    {
                        difference = ((1 - share) * difference) + (share * norm.Targets[((knot + 1) * targets) + m].Scale
                            * outputs[(((n * needed.Length) + position + 1) * targets) + m]);
                    }

                    forecast[start + n, l, m] = (code with { Scale = 1 }).DecodeChange(difference, forecast[start + n, l, m]);
                }
            }
        }
    }

    /// <summary>[L, N, F] normalised rows up to the origins, and [N, needed, E] what the head sees of the knots.</summary>
    private (float[] Rows, float[] Beside) Inputs(IReadOnlyList<Window> windows, int start, int count, int[] needed)
    {
        var (length, columns) = (signature.InputLength, signature.Inputs.Count);
        var features = new KnotFeatures(signature.Inputs, signature.Targets, leadBase.IsSeasonal);
        var (rows, beside) = (new float[length * count * columns], new float[count * needed.Length * features.Count]);
        PreparedSeries? series = null;
        SeasonProfile? profile = null;
        double[][] inputs = [];
        for (var n = 0; n < count; n++)
        {
            var window = windows[start + n];
            if (!ReferenceEquals(series, window.Series))
            {
                (series, profile) = (window.Series, leadBase.ProfileOf(window.Series));
                inputs = [.. signature.Inputs.Select(i => window.Series.Values[window.Series.IndexOf(i)])];
            }

            for (var t = 0; t < length; t++)
            {
                for (var f = 0; f < columns; f++)
                    rows[(((t * count) + n) * columns) + f] = (float)norm.Inputs[f].Encode(inputs[f][window.Origin - length + 1 + t]);
            }

            for (var k = 0; k < needed.Length; k++)
            {
                var into = beside.AsSpan(((n * needed.Length) + k) * features.Count, features.Count);
                features.Fill(norm, series, profile, window.Origin, _knots[needed[k]], into);
            }
        }

        return (rows, beside);
    }
}
