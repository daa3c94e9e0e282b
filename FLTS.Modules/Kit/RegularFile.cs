using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FLTS.Modules.Kit;

/// <summary>
/// Opens a file that others put there, and nothing that only looks like one: a link would show what it leads to, and a pipe would keep its
/// reader waiting for ever.
/// </summary>
internal static partial class RegularFile
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Whether a link stands there; it need not lead anywhere.</summary>
    public static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    /// <summary>Opens it for reading while others may write to it.</summary>
    /// <exception cref="InvalidInputException">A link, a pipe or a device; the message calls the file by its own name.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream OpenRead(string path)
    {
        if (IsLink(path))
            throw new InvalidInputException(
                $"{Path.GetFileName(path)} is a symbolic link, which is not followed; put the file itself there.");

        var file = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()
            ? new FileStream(OpenWithoutWaiting(path), FileAccess.Read, BufferBytes)
            : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferBytes);
        if (file.CanSeek)
            return file;

        file.Dispose();
        throw new InvalidInputException($"{Path.GetFileName(path)} is no regular file (a pipe or a device); put a file there.");
    }

    /// <summary>.NET opens a pipe only when somebody writes to it, and follows a link that was put there since it was looked for.</summary>
    private static SafeFileHandle OpenWithoutWaiting(string path)
    {
        var isArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64;
        var (nonBlocking, closeOnExec, noFollow) = OperatingSystem.IsMacOS()
            ? (0x4, 0x100_0000, 0x100)
            : (0x800, 0x8_0000, isArm ? 0x8000 : 0x2_0000);
        var descriptor = Open(path, nonBlocking | closeOnExec | noFollow);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}
