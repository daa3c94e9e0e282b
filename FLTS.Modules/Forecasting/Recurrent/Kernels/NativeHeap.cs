using System.Runtime.InteropServices;

namespace FLTS.Forecasting.Recurrent.Kernels;

/// <summary>
/// glibc's heap, from which libtorch takes its tensors. By its own rules it returns a batch's memory to the system and fetches it again
/// for the next: up to two million page faults in a minute of training, which took two to eight times as long (ADR 14).
/// </summary>
internal static partial class NativeHeap
{
    /// <summary>Free bytes at a heap's end that are kept; the most that an arena of a thread can have.</summary>
    private const int Kept = 64 << 20;

    /// <summary>Largest piece that is taken from the heap and not mapped by itself: glibc allows no more.</summary>
    private const int LargestPiece = 32 << 20;

    private const int TrimThreshold = -1, MmapThreshold = -3;

    private static readonly bool _isGlibc = OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var libc)
        && NativeLibrary.TryGetExport(libc, "malloc_trim", out _) && NativeLibrary.TryGetExport(libc, "mallopt", out _);

    /// <summary>From now on freed memory is kept for the next tensor.</summary>
    public static void KeepFreed()
    {
        if (!_isGlibc)
            return;
        _ = SetOption(TrimThreshold, Kept);
        _ = SetOption(MmapThreshold, LargestPiece);
    }

    /// <summary>Gives back what is free: after a training, whose memory nobody needs any more.</summary>
    public static void ReturnFreed()
    {
        if (_isGlibc)
            _ = Trim(0);
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint kept);
}
