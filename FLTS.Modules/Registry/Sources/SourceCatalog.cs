using System.Collections.Concurrent;
using System.Security.Cryptography;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Sources;

internal sealed partial class SourceCatalog(
    IDbContextFactory<RegistryDbContext> registry,
    IObjectStore store,
    SourceFolder folder,
    TimeProvider time) : ISourceCatalog
{
    /// <summary>File times come from a clock that moves in steps of some milliseconds and may lag behind.</summary>
    private static readonly TimeSpan _clockStep = TimeSpan.FromMilliseconds(50);

    /// <summary>Some file systems and stores keep times in steps of two seconds.</summary>
    private static readonly TimeSpan _settled = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, Hashed> _hashed = new(StringComparer.Ordinal);

    private long _additions;

    /// <summary>Held by whoever copies a file. Needs no disposal: nobody asks for its wait handle.</summary>
    private SemaphoreSlim Copying { get; } = new(1, 1);

    public long Additions => Interlocked.Read(ref _additions);

    public async Task<SourceFiles> ResolveAsync(DatasetName name, CancellationToken cancellation) =>
        await FindAsync(name, cancellation)
        ?? throw new NotFoundException($"There is no dataset '{name}'. {await KnownAsync(cancellation)}");

    public async Task<SourceFiles?> FindAsync(DatasetName name, CancellationToken cancellation)
    {
        DatasetNames.Check(name);
        await ImportAsync(name, "train", $"{name}.csv", cancellation);
        await ImportAsync(name, "test", $"{name}{DatasetNames.TestSuffix}.csv", cancellation);
        return await NewestAsync(name, cancellation);
    }

    public async Task<SourceFiles?> NewestAsync(DatasetName name, CancellationToken cancellation) =>
        await NewestAsync(name, "train", cancellation) is { } train
            ? new SourceFiles(name, train.Sha256, (await NewestAsync(name, "test", cancellation))?.Sha256)
            : null;

    public async Task<IReadOnlyList<SourceRow>> VersionsAsync(DatasetName name, CancellationToken cancellation)
    {
        await ResolveAsync(name, cancellation);
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Sources.AsNoTracking()
            .Where(s => s.Name == name)
            .OrderByDescending(s => s.Part)
            .ThenByDescending(s => s.Version)
            .ToListAsync(cancellation);
    }

    public async Task<SourceRow?> AddAsync(DatasetName name, string part, Stream file, int? over, CancellationToken cancellation)
    {
        DatasetNames.Check(name);
        file.Position = 0;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        var newest = await NewestAsync(name, part, cancellation);
        if (newest?.Sha256 == sha256)
            return newest;
        if (over is not null && newest?.Version != over)
            return null;

        file.Position = 0;
        await store.PutAsync(ObjectKeys.Source(sha256), file, cancellation);
        FaultPoint.Reach("source.object-written");
        await using var db = await registry.CreateDbContextAsync(cancellation);

        // Somebody may add at the same time: a version is unique, and the next one is tried until the newest is ours or says the same.
        for (var version = (newest?.Version ?? 0) + 1; ; version++)
        {
            var row = new SourceRow
            {
                Name = name,
                Part = part,
                Version = version,
                Sha256 = sha256,
                Size = file.Length,
                RegisteredAt = time.GetUtcNow(),
            };
            if (await db.InsertIfAbsentAsync(row, cancellation))
            {
                Interlocked.Increment(ref _additions);
                return row;
            }

            if (await NewestAsync(name, part, cancellation) is { } theirs && theirs.Sha256 == sha256)
                return theirs;
            if (over is not null)
                return null;
        }
    }

    public async Task<IReadOnlyList<DatasetName>> NamesAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var names = await db.Sources.AsNoTracking().Where(s => s.Part == "train").Select(s => s.Name).Distinct().ToListAsync(cancellation);
        if (Directory.Exists(folder.Path))
            names.AddRange(
                Directory.EnumerateFiles(folder.Path, "*.csv")
                    .Where(f => !RegularFile.IsLink(f))
                    .Select(f => DatasetName.From(Path.GetFileNameWithoutExtension(f))));

        await foreach (var stored in store.ListAsync(ObjectKeys.DatasetBucket, "", cancellation))
            names.Add(DatasetName.From(Path.GetFileNameWithoutExtension(stored.Key.Key)));

        return [.. names.Where(n => DatasetNames.IsName(n.Value)).Distinct().OrderBy(n => n.Value, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Looks for a file of that name in the folder, then in the bucket (where people may put one by S3), and keeps it under its hash.
    /// </summary>
    private async Task ImportAsync(DatasetName name, string part, string fileName, CancellationToken cancellation)
    {
        if (await NewAsync(name, part, fileName, cancellation) is null)
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
        if (Written(source) != before)
        {
            var growing = $"{fileName} is still being written; try again when it is complete.";
            throw new UnavailableException(growing) { ForStrangers = growing };
        }

        // A file that was imported before and that a PUT or new rows have replaced since stays replaced: whoever wrote last wins.
        copy.Position = 0;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(copy, cancellation));
        if (!await IsReplacedAsync(name, part, sha256, seen.ModifiedAt, cancellation))
            await AddAsync(name, part, copy, null, cancellation);
        if (looked - seen.ModifiedAt > _settled)
            _hashed[fileName] = new Hashed(seen, sha256);
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
            && ((await NewestAsync(name, part, cancellation))?.Sha256 == hashed.Sha256
                || await IsReplacedAsync(name, part, hashed.Sha256, now.ModifiedAt, cancellation));
        return isKnown ? null : now;
    }

    private async Task<bool> IsReplacedAsync(
        DatasetName name, string part, string sha256, DateTimeOffset modifiedAt, CancellationToken cancellation)
    {
        var newest = await NewestAsync(name, part, cancellation);
        var same = await LastOfAsync(name, part, sha256, cancellation);
        return newest is not null && same is not null && (newest.RegisteredAt - _clockStep > modifiedAt || same.RegisteredAt > modifiedAt);
    }

    private async Task<SourceRow?> LastOfAsync(DatasetName name, string part, string sha256, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Sources.AsNoTracking()
            .Where(s => s.Name == name && s.Part == part && s.Sha256 == sha256)
            .OrderByDescending(s => s.Version)
            .FirstOrDefaultAsync(cancellation);
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

    private async Task<SourceRow?> NewestAsync(DatasetName name, string part, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Sources.AsNoTracking()
            .Where(s => s.Name == name && s.Part == part)
            .OrderByDescending(s => s.Version)
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>What tells whether a file is the one that was there before.</summary>
    private readonly record struct Looked(long Length, DateTimeOffset ModifiedAt, string? ContentTag = null);

    private sealed record Hashed(Looked Of, string Sha256);

    private async Task<string> KnownAsync(CancellationToken cancellation)
    {
        const int Most = 20;
        var names = await NamesAsync(cancellation);
        return names.Count == 0
            ? "There are none yet: put <name>.csv into the datasets folder or the 'dataset' bucket."
            : $"Known are {string.Join(", ", names.Take(Most))}{(names.Count > Most ? $" and {names.Count - Most} more" : "")}.";
    }
}
