using System.Globalization;

namespace FLTS.Host.Hosting;

/// <summary>The data folder and the lock that admits one process to it on the embedded default.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream? _lock;

    private DataFolder(FileStream? held) => _lock = held;

    /// <summary>Makes the folder and, where it is the only copy of the state, takes its lock.</summary>
    /// <exception cref="ConflictException">Another process holds it.</exception>
    /// <exception cref="InvalidInputException">It cannot be made or written to.</exception>
    public static DataFolder Open(HostSettings settings)
    {
        var folder = settings.DataDirectory;
        var path = Path.Combine(folder, "flts.lock");
        try
        {
            CreateForOwner(folder);
            return new DataFolder(settings.IsEmbedded ? Lock(path) : Shared(folder));
        }
        catch (IOException e) when (IsHeld(e))
        {
            throw new ConflictException(
                $"The data folder {folder} is in use by another FLTS (process {Holder(path)}). Stop that one, or choose another "
                + "folder with --data.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(
                $"The data folder {folder} cannot be made or written to: {e.Message} Let this user write there, or choose another folder "
                + "with --data.",
                e);
        }
    }

    /// <summary>Makes a folder where there is none, for this user alone: it holds keys, and data that is nobody else's.</summary>
    public static void CreateForOwner(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => _lock?.Dispose();

    private static FileStream Lock(string path)
    {
        var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        File.WriteAllText(path + ".pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return held;
    }

    /// <summary>Processes that share a database may share a folder; each must be able to write there.</summary>
    private static FileStream? Shared(string folder)
    {
        FreeRoom.Write(folder);
        return null;
    }

    /// <summary>
    /// .NET tells by the system's number alone that another process has the file: EAGAIN of Linux and macOS, or Windows' own.
    /// </summary>
    private static bool IsHeld(IOException e)
    {
        const int ofLinux = 11, ofMac = 35, sharing = 32, locking = 33;
        return OperatingSystem.IsWindows()
            ? (e.HResult & 0xFFFF) is sharing or locking
            : e.HResult == (OperatingSystem.IsMacOS() ? ofMac : ofLinux);
    }

    private static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(path + ".pid");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
