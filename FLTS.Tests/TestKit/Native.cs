using System.Runtime.InteropServices;

namespace FLTS.Tests.TestKit;

/// <summary>Signals, which .NET can receive but not send.</summary>
internal static class Native
{
    public const int SigQuit = 3;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int SigStop = 19;

    /// <summary>
    /// Sends <paramref name="signal"/> to a process, or to a whole group when the id is negative. A process
    /// that is gone already is no error.
    /// </summary>
    public static void Signal(int id, int signal) => _ = Kill(id, signal);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int id, int signal);
}
