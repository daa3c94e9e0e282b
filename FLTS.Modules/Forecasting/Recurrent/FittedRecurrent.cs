using FLTS.Forecasting.Recurrent.Kernels;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;
using FLTS.Forecasting.Series;
using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent;

/// <summary>A trained net that answers. Its weights never change, so any number of threads may ask at once.</summary>
internal sealed class FittedRecurrent(ModelSignature signature, RecurrentNet net, Normalisation norm) : IFittedForecaster
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
        return new Dictionary<string, byte[]> { [WeightsFile] = SafetensorsFile.Write([.. net.Save(), .. norm.Save()]) };
    }

    public void Dispose()
    {
        if (!_disposed)
            net.Dispose();
        _disposed = true;
    }

    private double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps)
    {
        TorchRuntime.EnsureReady();
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
        using var scope = NewDisposeScope();
        using var still = inference_mode();
        // A tensor of an array lies where the array lies, and libtorch rounds by how numbers lie in memory: copied, the
        // same question has the same answer.
        var window = tensor(rollout.FirstWindow(norm), [signature.InputLength, rollout.Origins, signature.Inputs.Count]).clone();
        while (true)
        {
            using var step = NewDisposeScope();
            rollout.Append(norm, net.Forward(window).data<float>().ToArray());
            if (rollout.Done)
                return;
            var rows = Math.Min(signature.InputLength, signature.Horizon);
            var next = tensor(rollout.LastRows(norm, rows), [rows, rollout.Origins, signature.Inputs.Count]);
            window = cat([window.narrow(0, rows, signature.InputLength - rows), next], 0).MoveToOuterDisposeScope();
        }
    }
}
