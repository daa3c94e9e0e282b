using Microsoft.Win32.SafeHandles;

namespace FLTS.Modules.Kit;

/// <summary>
/// Puts a file in its place whole: written aside, flushed to the disk, renamed, and the folder flushed too. After a kill or a power cut at
/// any instant there is the old file or the new one.
/// </summary>
public static class AtomicFile
{
    /// <summary>Ends the name of a file that is being written; one that is left behind belongs to a process that was killed.</summary>
    public const string TemporarySuffix = ".writing~";

    /// <summary>Bytes after which a long file is flushed a first time, and how often that is looked at.</summary>
    private const long EarlyBytes = 8 << 20;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Writes bytes; the folder is made where it is missing.</summary>
    /// <param name="path">Where the file will be.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">Who may read it from its first byte on; null: as the process makes files. Not on Windows.</param>
    /// <exception cref="IOException">The disk refuses; nothing is left behind.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null)
    {
        var temporary = Prepare(path);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (mode is not null && !OperatingSystem.IsWindows())
                options.UnixCreateMode = mode;
            using (var file = new FileStream(temporary, options))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            Place(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Writes a file that may be long: it goes to the disk while it is made, so that the flush at its end has little left to wait for.
    /// </summary>
    /// <param name="path">Where the file will be.</param>
    /// <param name="write">Writes all of it.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IOException">The disk refuses; nothing is left behind.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static async Task WriteAsync(string path, Func<Stream, Task> write, TimeProvider time)
    {
        var temporary = Prepare(path);
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous))
            await using (var file = new FileStream(handle, FileAccess.Write, 1 << 16))
            {
                using var written = new CancellationTokenSource();
                var early = FlushEarlyAsync(handle, time, written.Token);
                try
                {
                    await write(file);
                }
                finally
                {
                    await written.CancelAsync();
                    await early; // The disk tells of a fault once, so it must be heard here too.
                }

                file.Flush(flushToDisk: true);
            }

            Place(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static string Prepare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return $"{path}.{Guid.NewGuid():N}{TemporarySuffix}";
    }

    private static void Place(string temporary, string path)
    {
        File.Move(temporary, path, overwrite: true);
        DirectoryFlush.Flush(Path.GetDirectoryName(path)!);
    }

    private static async Task FlushEarlyAsync(SafeFileHandle handle, TimeProvider time, CancellationToken written)
    {
        for (long sent = 0; !written.IsCancellationRequested;)
        {
            await Task.Delay(_pause, time, written).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var length = RandomAccess.GetLength(handle);
            if (written.IsCancellationRequested || length - sent < EarlyBytes)
                continue;
            await Task.Run(() => RandomAccess.FlushToDisk(handle), CancellationToken.None);
            sent = length;
        }
    }
}
