namespace FLTS.Modules.Storage;

/// <summary>
/// A file of this machine that lives as long as a piece of work: for what is too large for memory, or must be read twice.
/// </summary>
internal sealed class LocalFile : IDisposable
{
    private const int BufferBytes = 1 << 17;

    private readonly string _path = Path.GetTempFileName();

    public Stream OpenWrite() => new FileStream(_path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, BufferBytes);

    public Stream OpenRead() =>
        new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);

    public byte[] ReadAll() => File.ReadAllBytes(_path);

    public void Dispose() => File.Delete(_path);
}
