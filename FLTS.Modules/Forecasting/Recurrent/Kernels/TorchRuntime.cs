using TorchSharp;

namespace FLTS.Forecasting.Recurrent.Kernels;

/// <summary>What libtorch must be told before it computes.</summary>
internal static class TorchRuntime
{
    static TorchRuntime()
    {
        // One thread a computation: with batches this small libtorch's own threads cost more than they give,
        // and several trainings run side by side anyway.
        torch.set_num_threads(1);
        NativeHeap.KeepFreed();
    }

    /// <summary>To be called before any tensor is made.</summary>
    public static void EnsureReady()
    {
    }
}
