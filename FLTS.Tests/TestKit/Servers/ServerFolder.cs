namespace FLTS.Tests.TestKit.Servers;

/// <summary>
/// A private folder of one server, deleted with it. A lock held for the life of this process tells the folders of
/// living test runs from those a crashed run left behind, which are deleted here.
/// </summary>
internal sealed class ServerFolder : IDisposable
{
    private static readonly string _root = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "flts-tests");
    private readonly FileStream _lock;

    public ServerFolder(string server)
    {
        Directory.CreateDirectory(_root);
        DeleteLeftovers();
        Path = System.IO.Path.Combine(_root, $"{server}-{Guid.NewGuid().ToString("N")[..12]}");
        // The lock comes first: a folder never exists without one.
        _lock = new FileStream(Path + ".lock", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string CreateSubfolder(string name) => Directory.CreateDirectory(this[name]).FullName;

    public string Write(string name, string content)
    {
        File.WriteAllText(this[name], content);
        return this[name];
    }

    public void Dispose()
    {
        Delete(Path);
        _lock.Dispose();
        File.Delete(Path + ".lock");
    }

    private static void DeleteLeftovers()
    {
        foreach (var lockFile in Directory.EnumerateFiles(_root, "*.lock"))
        {
            try
            {
                using var held = new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                Delete(lockFile[..^".lock".Length]);
                File.Delete(lockFile);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // In use by a living run, deleted by another one just now, or another user's: not ours to clean.
            }
        }
    }

    private static void Delete(string folder)
    {
        // A killed server's last children may still be writing for a moment.
        for (var attempt = 0; Directory.Exists(folder); attempt++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException) when (attempt < 50)
            {
                Thread.Sleep(20);
            }
        }
    }
}
