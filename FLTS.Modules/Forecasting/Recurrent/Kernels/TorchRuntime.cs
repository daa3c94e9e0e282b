using TorchSharp;

namespace FLTS.Forecasting.Recurrent.Kernels;

/// <summary>One thread a computation: with batches this small libtorch's own threads cost more than they give, and several trainings run side by side anyway.</summary>
internal static class TorchRuntime
{
    static TorchRuntime() => torch.set_num_threads(1);

    /// <summary>To be called before any tensor is made: libtorch reads the number when a thread first computes.</summary>
    public static void EnsureReady()
    {
    }
}
