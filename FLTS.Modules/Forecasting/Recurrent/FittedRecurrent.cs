using FLTS.Forecasting.Recurrent.Answering;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Recurrent;

/// <summary>A trained net that answers. Its weights never change, so any number of threads may ask at once.</summary>
internal sealed class FittedRecurrent(ModelSignature signature, PackedNet net, Normalisation norm) : IFittedForecaster
{
    /// <summary>Name of the one file a model is saved as.</summary>
    public const string WeightsFile = "weights.safetensors";

    /// <summary>Origins computed together: bounds memory, and beyond it nothing gets faster.</summary>
    private const int Batch = 512;
    private bool _disposed;

    public ModelSignature Signature => signature;

    public bool FeedsBack => true;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return WindowGroups.BySeries(windows, steps, signature.Targets.Count, series =>
        {
            WindowGroups.RefuseHolidays(series, signature.ModelType);
            return Forecast(series.Series, series.Origins, steps);
        });
    }

    public IReadOnlyDictionary<string, byte[]> Save()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new Dictionary<string, byte[]> { [WeightsFile] = SafetensorsFile.Write([.. net.Tensors, .. norm.Save()]) };
    }

    /// <summary>Holds nothing that has to be given back; refuses what comes afterwards, as other models do.</summary>
    public void Dispose() => _disposed = true;

    private double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps)
    {
        var forecast = new double[origins.Length, steps, signature.Targets.Count];
        for (var start = 0; start < origins.Length; start += Batch)
        {
            var rollout = new Rollout(signature, history, origins.Slice(start, Math.Min(Batch, origins.Length - start)), steps);
            Run(rollout);
            rollout.CopyTo(forecast, start);
        }

        return forecast;
    }

    private void Run(Rollout rollout)
    {
        var window = rollout.FirstWindow(norm); // [L, N, F]
        var outputs = new float[rollout.Origins * signature.Horizon * signature.Targets.Count];
        while (true)
        {
            net.Forward(window, rollout.Origins, outputs);
            rollout.Append(norm, outputs);
            if (rollout.Done)
                return;
            var next = rollout.LastRows(norm, Math.Min(signature.InputLength, signature.Horizon));
            window.AsSpan(next.Length).CopyTo(window);
            next.CopyTo(window.AsSpan(window.Length - next.Length));
        }
    }
}
