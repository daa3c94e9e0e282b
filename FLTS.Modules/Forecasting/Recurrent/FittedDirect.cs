using System.Buffers;
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
    private readonly LeadPlans _plans = new(leadBase.Knots);
    private readonly InputPlaces _inputs = new(signature.Inputs);
    private readonly KnotFeatures _features = new(signature.Inputs, signature.Targets, leadBase.IsSeasonal);
    private bool _disposed;

    public ModelSignature Signature => signature;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return ForecastAt(windows, _plans.UpTo(steps));
    }

    /// <summary>Windows of any series are one batch: the net gives each the same bits in any.</summary>
    public double[,,] ForecastAt(IReadOnlyList<Window> windows, IReadOnlyList<int> leads) => ForecastAt(windows, _plans.Of(leads));

    private double[,,] ForecastAt(IReadOnlyList<Window> windows, LeadPlan plan)
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

        var forecast = leadBase.ForecastAt(windows, plan.Leads);
        for (var start = 0; start < windows.Count && plan.Leads.Count > 0; start += Batch)
            Add(windows, start, Math.Min(Batch, windows.Count - start), plan, forecast);
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
        var (cells, seen) = (signature.InputLength * count * signature.Inputs.Count, count * knots.Length * _features.Count);
        var (outputs, inputs) = (new float[count * knots.Length * signature.Targets.Count], ArrayPool<float>.Shared.Rent(cells + seen));
        try
        {
            var rows = inputs.AsSpan(0, cells);
            var beside = inputs.AsSpan(cells, seen);
            FillRows(windows, start, count, rows);
            FillBeside(windows, start, count, knots, beside);
            net.Forward(rows, count, knots, beside, outputs);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(inputs);
        }

        return outputs;
    }

    /// <summary>Adds the net's differences to the base's forecasts.</summary>
    private void Add(IReadOnlyList<Window> windows, int start, int count, LeadPlan plan, double[,,] forecast)
    {
        var needed = plan.Needed;
        var (targets, outputs) = (signature.Targets.Count, Outputs(windows, start, count, needed));
        for (var l = 0; l < plan.Places.Length; l++)
        {
            var (knot, share) = plan.Places[l];
            var position = plan.Positions[l];
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

    /// <summary>[L, count, F] Normalised rows up to the origins.</summary>
    private void FillRows(IReadOnlyList<Window> windows, int start, int count, Span<float> rows)
    {
        var (length, columns) = (signature.InputLength, signature.Inputs.Count);
        for (var n = 0; n < count; n++)
        {
            var window = windows[start + n];
            var places = _inputs.In(window.Series);
            for (var f = 0; f < columns; f++)
            {
                var code = norm.Inputs[f];
                var column = window.Series.Values[places[f]].AsSpan(window.Origin - length + 1, length);
                for (var t = 0; t < column.Length; t++)
                    rows[(((t * count) + n) * columns) + f] = (float)code.Encode(column[t]);
            }
        }
    }

    /// <summary>[count, knots, E] What the head sees of the knots.</summary>
    private void FillBeside(IReadOnlyList<Window> windows, int start, int count, int[] knots, Span<float> beside)
    {
        var features = _features.Again();
        PreparedSeries? series = null;
        SeasonProfile? profile = null;
        for (var n = 0; n < count; n++)
        {
            var window = windows[start + n];
            if (!ReferenceEquals(series, window.Series))
                (series, profile) = (window.Series, leadBase.ProfileOf(window.Series));
            for (var k = 0; k < knots.Length; k++)
            {
                var into = beside.Slice(((n * knots.Length) + k) * features.Count, features.Count);
                features.Fill(norm, series, profile, window.Origin, _knots[knots[k]], into);
            }
        }
    }
}
