namespace FLTS.Modules.Kit;

/// <summary>Whether a disk takes what is written next: asked of the disk itself, for only it knows of quotas and mounts.</summary>
public static class FreeRoom
{
    /// <summary>Less is as good as none: one small model or a database's log would not fit.</summary>
    private const long Least = 16L << 20;

    /// <summary>Sets room aside in a folder and gives it back.</summary>
    /// <exception cref="IOException">There is none, or nothing can be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public static void Prove(string folder) => Write(folder, Least);

    /// <summary>Writes a file that is gone when it returns.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="room">Bytes that there must be room for.</param>
    /// <exception cref="IOException">There is none, or nothing can be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public static void Write(string folder, long room = 0)
    {
        using var probe = new FileStream(Path.Combine(folder, $"{Guid.NewGuid():N}.probe"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
            Options = FileOptions.DeleteOnClose,
            PreallocationSize = room,
        });
        probe.Write(new byte[4096]); // Also where a file system sets nothing aside.
    }

    /// <summary>Whether an error says that the disk, or this user's share of it, is full.</summary>
    public static bool IsMissing(IOException e)
    {
        // .NET tells by the system's number alone: ENOSPC and EDQUOT of Linux, ENOSPC of macOS, or Windows' own.
        const int noSpace = 28, quota = 122, handleDiskFull = 39, diskFull = 112;
        return OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) is handleDiskFull or diskFull : e.HResult is noSpace or quota;
    }
}
