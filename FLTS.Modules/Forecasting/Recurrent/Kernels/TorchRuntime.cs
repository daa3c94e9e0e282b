using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace FLTS.Forecasting.Recurrent.Kernels;

/// <summary>What libtorch must be told before it computes: threads, and which of oneDNN's kernels may be used.</summary>
internal static partial class TorchRuntime
{
    static TorchRuntime()
    {
        // oneDNN's LSTM for AVX-512, as libtorch 2.10 carries it, is wrong by hundredths and more where hidden_size mod 32 is 1 to 16 (its
        // AVX2 one agrees with PyTorch). It reads this from the C library's environment, which .NET's own setter does not change.
        if (OperatingSystem.IsLinux() && Avx512F.IsSupported)
            _ = SetVariable("ONEDNN_MAX_CPU_ISA", "AVX2", overwrite: 0);

        // One thread a computation: with batches this small libtorch's own threads cost more than they give,
        // and several trainings run side by side anyway.
        torch.set_num_threads(1);
    }

    /// <summary>To be called before any tensor is made: libtorch reads both when it first computes.</summary>
    public static void EnsureReady()
    {
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
