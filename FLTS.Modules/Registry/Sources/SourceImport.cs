using System.Collections.Concurrent;
using System.Security.Cryptography;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Registry.Sources;

/// <summary>
/// Takes in files that people put into the datasets folder, or into the bucket (by S3), by the name of a dataset, and keeps them under
/// their hash.
/// </summary>
internal sealed class SourceImport(
    SourceVersions versions, FollowedPlaces followed, IObjectStore store, SourceFolder folder, DatasetOptions options, TimeProvider time)
{
    /// <summary>File times come from a clock that moves in steps of some milliseconds and may lag behind.</summary>
    private static readonly TimeSpan _clockStep = TimeSpan.FromMilliseconds(50);

    /// <summary>Some file systems and stores keep times in steps of two seconds.</summary>
    private static readonly TimeSpan _settled = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, Hashed> _hashed = new(StringComparer.Ordinal);

    /// <summary>Held by whoever copies a file. Needs no disposal: nobody asks for its wait handle.</summary>
    private SemaphoreSlim Copying { get; } = new(1, 1);

    /// <summary>Train and test of a name, where there are files of it that are new.</summary>
    public async Task RunAsync(DatasetName name, CancellationToken cancellation)
    {
        await RunAsync(name, "train", $"{name}.csv", cancellation);
        await RunAsync(name, "test", $"{name}{DatasetNames.TestSuffix}.csv", cancellation);
    }

    private async Task RunAsync(DatasetName name, string part, string fileName, CancellationToken cancellation)
    {
        if (await IsInLogAsync(name, part, cancellation) || await NewAsync(name, part, fileName, cancellation) is null)
            return;

        // Who reads a whole file takes a turn: the copies of all who ask at once would fill the disk.
        await Copying.WaitAsync(cancellation);
        try
        {
            if (await NewAsync(name, part, fileName, cancellation) is { } seen)
                await CopyAsync(name, part, fileName, seen, cancellation);
        }
        finally
        {
            Copying.Release();
        }
    }

    private async Task CopyAsync(DatasetName name, string part, string fileName, Looked seen, CancellationToken cancellation)
    {
        await using var source = OpenFile(fileName) ?? await store.OpenReadAsync(InBucket(fileName), cancellation);
        var looked = time.GetUtcNow();
        var before = Written(source);
        // A copy first: the file may still be growing, and what is hashed must be what is kept.
        await using var copy = new FileStream(
            Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        await source.CopyToAsync(copy, cancellation);
        if (IsFollowed(name, part))
            await CutAsync(copy, cancellation);
        else if (Written(source) != before)
        {
            var growing = $"{fileName} is still being written; try again when it is complete.";
            throw new UnavailableException(growing) { ForStrangers = growing };
        }

        // A file that was imported before and that a PUT or new rows have replaced since stays replaced: whoever wrote last wins.
        copy.Position = 0;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(copy, cancellation));
        if (!await IsReplacedAsync(name, part, sha256, seen.ModifiedAt, cancellation))
            await versions.AddAsync(name, part, copy, cancellation);
        if (looked - seen.ModifiedAt > _settled)
            _hashed[fileName] = new Hashed(seen, sha256);
    }

    private bool IsFollowed(DatasetName name, string part) => part == "train" && options.IsFollowed(name);

    /// <summary>A file that grows is imported until it is followed; from then on its rows go into the log.</summary>
    private async Task<bool> IsInLogAsync(DatasetName name, string part, CancellationToken cancellation) =>
        IsFollowed(name, part)
        && await followed.FindAsync(name, cancellation) is not null
        && await versions.NewestAsync(name, part, cancellation) is not null;

    /// <summary>Leaves out a last line whose end is not written yet.</summary>
    private static async Task CutAsync(FileStream copy, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        copy.Position = 0;
        if (copy.ReadByte() == 0x1f && copy.ReadByte() == 0x8b)
            return; // Packed: its lines cannot be seen here, and it is not followed.

        for (var end = copy.Length; end > 0;)
        {
            var from = Math.Max(0, end - buffer.Length);
            copy.Position = from;
            await copy.ReadExactlyAsync(buffer.AsMemory(0, (int)(end - from)), cancellation);
            if (Array.LastIndexOf(buffer, (byte)'\n', (int)(end - from) - 1) is var line and >= 0)
            {
                copy.SetLength(from + line + 1);
                return;
            }

            end = from;
        }
    }

    /// <summary>
    /// A file that is not as it was when its hash was taken, or whose version is gone; null where there is none: one that is the newest or
    /// was replaced since is neither copied nor hashed again. A file that had only just been written may have been written once more
    /// within its clock's step: its hash is not kept.
    /// </summary>
    private async Task<Looked?> NewAsync(DatasetName name, string part, string fileName, CancellationToken cancellation)
    {
        if (await LookAsync(fileName, cancellation) is not { } now)
            return null;

        var isKnown = _hashed.TryGetValue(fileName, out var hashed)
            && hashed.Of == now
            && ((await versions.NewestAsync(name, part, cancellation))?.Sha256 == hashed.Sha256
                || await IsReplacedAsync(name, part, hashed.Sha256, now.ModifiedAt, cancellation));
        return isKnown ? null : now;
    }

    private async Task<bool> IsReplacedAsync(
        DatasetName name, string part, string sha256, DateTimeOffset modifiedAt, CancellationToken cancellation)
    {
        var newest = await versions.NewestAsync(name, part, cancellation);
        var same = await versions.LastOfAsync(name, part, sha256, cancellation);
        return newest is not null && same is not null && (newest.RegisteredAt - _clockStep > modifiedAt || same.RegisteredAt > modifiedAt);
    }

    /// <summary>Length and time of a file; null: there is none.</summary>
    private async Task<Looked?> LookAsync(string fileName, CancellationToken cancellation)
    {
        await using var file = OpenFile(fileName);
        if (file is not null)
            return new Looked(file.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle));

        return await store.StatAsync(InBucket(fileName), cancellation) is { } stored
            ? new Looked(stored.Size, stored.ModifiedAt, stored.ContentTag)
            : null;
    }

    private static ObjectKey InBucket(string fileName) => new(ObjectKeys.DatasetBucket, fileName);

    private FileStream? OpenFile(string fileName)
    {
        var path = Path.Combine(folder.Path, fileName);
        try
        {
            return File.Exists(path) || RegularFile.IsLink(path) ? RegularFile.OpenRead(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"{fileName} in the datasets folder cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Length and time of a file that somebody may be writing; what the object store gives is complete.</summary>
    private static (long Length, DateTime At)? Written(Stream source) =>
        source is FileStream file
            ? (RandomAccess.GetLength(file.SafeFileHandle), File.GetLastWriteTimeUtc(file.SafeFileHandle))
            : null;

    /// <summary>What tells whether a file is the one that was there before.</summary>
    private readonly record struct Looked(long Length, DateTimeOffset ModifiedAt, string? ContentTag = null);

    private sealed record Hashed(Looked Of, string Sha256);
}
