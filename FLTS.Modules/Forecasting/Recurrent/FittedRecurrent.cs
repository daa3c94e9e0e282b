using System.Buffers;
using FLTS.Forecasting.Recurrent.Answering;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;

namespace FLTS.Forecasting.Recurrent;

/// <summary>A trained net that answers. Its weights never change, so any number of threads may ask at once.</summary>
internal sealed class FittedRecurrent(ModelSignature signature, PackedNet net, Normalisation norm) : IFittedForecaster
{
    /// <summary>Name of the one file a model is saved as.</summary>
    public const string WeightsFile = "weights.safetensors";

    /// <summary>Windows computed together: bounds memory, and beyond it nothing gets faster.</summary>
    private const int Batch = 512;
    private bool _disposed;

    public ModelSignature Signature => signature;

    public bool FeedsBack => true;

    /// <summary>Windows of any series are one batch: the net gives each the same bits in any.</summary>
    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        foreach (var window in windows)
            WindowGroups.RefuseHolidays(window.Holidays, signature.ModelType);

        var forecast = new double[windows.Count, steps, signature.Targets.Count];
        for (var start = 0; start < windows.Count; start += Batch)
        {
            var rollout = new Rollout(signature, windows.Count <= Batch ? windows : [.. windows.Skip(start).Take(Batch)], steps);
            Run(rollout);
            rollout.CopyTo(forecast, start);
        }

        return forecast;
    }

    public IReadOnlyDictionary<string, byte[]> Save()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new Dictionary<string, byte[]> { [WeightsFile] = SafetensorsFile.Write([.. net.Tensors, .. norm.Save()]) };
    }

    /// <summary>Holds nothing that has to be given back; refuses what comes afterwards, as other models do.</summary>
    public void Dispose() => _disposed = true;

    private void Run(Rollout rollout)
    {
        var ofRow = rollout.Windows * signature.Inputs.Count;
        var (ofWindow, ofOutputs) = (signature.InputLength * ofRow, rollout.Windows * signature.Horizon * signature.Targets.Count);
        var room = ArrayPool<float>.Shared.Rent(ofWindow + ofOutputs);
        try
        {
            var window = room.AsSpan(0, ofWindow); // [L, N, F]
            var outputs = room.AsSpan(ofWindow, ofOutputs); // [N, horizon, M]
            rollout.FirstWindow(norm, window);
            while (true)
            {
                net.Forward(window, rollout.Windows, outputs);
                rollout.Append(norm, outputs);
                if (rollout.Done)
                    return;
                var next = Math.Min(signature.InputLength, signature.Horizon) * ofRow;
                window[next..].CopyTo(window);
                rollout.LastRows(norm, window[^next..]);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(room);
        }
    }
}
