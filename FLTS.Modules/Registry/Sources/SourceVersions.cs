using System.Security.Cryptography;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Sources;

/// <summary>The versions of sources and the options stored with them: every change of their rows.</summary>
internal sealed class SourceVersions
{
    /// <summary>Names looked for together.</summary>
    private const int MostTogether = 256;

    private readonly TogetherTurn<DatasetName, (IEnumerable<SourceRow> Newest, SourceOptionsRow? Options)> _looks;
    private readonly IDbContextFactory<RegistryDbContext> _registry;
    private readonly IObjectStore _store;
    private readonly TimeProvider _time;
    private long _additions;

    public SourceVersions(IDbContextFactory<RegistryDbContext> registry, IObjectStore store, TimeProvider time)
    {
        (_registry, _store, _time) = (registry, store, time);
        _looks = new(MostTogether, LookAsync);
    }

    /// <summary>As <see cref="ISourceCatalog.Additions"/>.</summary>
    public long Additions => Interlocked.Read(ref _additions);

    /// <summary>Something was stored that the rows of a dataset follow from.</summary>
    public void CountAddition() => Interlocked.Increment(ref _additions);

    /// <summary>The newest train and test file of a name, with its options; null: it has no train.</summary>
    public async Task<SourceFiles?> FilesAsync(DatasetName name, CancellationToken cancellation)
    {
        var (newest, stored) = await _looks.DoAsync(name, cancellation);
        if (newest.FirstOrDefault(s => s.Part == "train") is not { } train)
            return null;
        var test = newest.FirstOrDefault(s => s.Part == "test");
        var options = StoredOptions.Parse(stored);
        return new SourceFiles(name, train.Sha256, test?.Sha256)
        {
            Options = options,
            Timezone = options.Config.Timezone,
            Since = (train.RegisteredAt, test?.RegisteredAt),
        };
    }

    /// <summary>Every version of a name, train before test, newest first; also those that were made of its log.</summary>
    public async Task<IReadOnlyList<SourceRow>> OfAsync(DatasetName name, CancellationToken cancellation)
    {
        await using var db = await _registry.CreateDbContextAsync(cancellation);
        return await db.Sources.AsNoTracking()
            .Where(s => s.Name == name)
            .OrderByDescending(s => s.Part)
            .ThenByDescending(s => s.Version)
            .ToListAsync(cancellation);
    }

    /// <summary>The newest file of a part; null: there is none.</summary>
    public async Task<SourceRow?> NewestAsync(DatasetName name, string part, CancellationToken cancellation)
    {
        await using var db = await _registry.CreateDbContextAsync(cancellation);
        return await db.Sources.AsNoTracking()
            .Where(s => s.Name == name && s.Part == part && s.MadeOf == null)
            .OrderByDescending(s => s.Version)
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>The newest file of a part that has these bytes; null: none has.</summary>
    public async Task<SourceRow?> LastOfAsync(DatasetName name, string part, string sha256, CancellationToken cancellation)
    {
        await using var db = await _registry.CreateDbContextAsync(cancellation);
        return await db.Sources.AsNoTracking()
            .Where(s => s.Name == name && s.Part == part && s.Sha256 == sha256 && s.MadeOf == null)
            .OrderByDescending(s => s.Version)
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Names that have a train.</summary>
    public async Task<List<DatasetName>> NamesAsync(CancellationToken cancellation)
    {
        await using var db = await _registry.CreateDbContextAsync(cancellation);
        return await db.Sources.AsNoTracking()
            .Where(s => s.Part == "train" && s.MadeOf == null)
            .Select(s => s.Name)
            .Distinct()
            .ToListAsync(cancellation);
    }

    /// <summary>As <see cref="ISourceCatalog.AddAsync"/>.</summary>
    public async Task<SourceRow> AddAsync(
        DatasetName name, string part, Stream file, CancellationToken cancellation, SourceOptions? options = null)
    {
        DatasetNames.Check(name);
        file.Position = 0;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        await using var db = await _registry.CreateDbContextAsync(cancellation);

        // Before the look at the newest: a version that comes after it is met by the number, and then looked at.
        var next = await LastVersionAsync(db, name, part, cancellation) + 1;
        var newest = await NewestAsync(name, part, cancellation);
        if (newest?.Sha256 == sha256)
            return await WithOptionsAsync(newest);

        await StoreAsync(file, cancellation);
        FaultPoint.Reach("source.object-written");

        // Somebody may add at the same time: a version is unique, and the next one is tried until the newest is ours or says the same.
        for (var version = next; ; version++)
        {
            var row = new SourceRow
            {
                Name = name,
                Part = part,
                Version = version,
                Sha256 = sha256,
                Size = file.Length,
                RegisteredAt = _time.GetUtcNow(),
            };
            await using (var transaction = await db.Database.BeginTransactionAsync(cancellation))
            {
                if (await db.InsertIfAbsentAsync(row, cancellation))
                {
                    // Together: a file that is read by other options than it came with may be another one.
                    if (options is not null)
                        await StoredOptions.SetAsync(db, name, options, _time.GetUtcNow(), cancellation);
                    await transaction.CommitAsync(cancellation);
                    CountAddition();
                    return row;
                }
            }

            if (await NewestAsync(name, part, cancellation) is { } theirs && theirs.Sha256 == sha256)
                return await WithOptionsAsync(theirs);
        }

        async Task<SourceRow> WithOptionsAsync(SourceRow same)
        {
            if (options is not null)
                await SetOptionsAsync(name, options, cancellation);
            return same;
        }
    }

    /// <summary>
    /// Keeps the sources of a dataset until the caller's transaction has ended: whoever would remove them waits for that.
    /// </summary>
    /// <exception cref="NotFoundException">They were removed.</exception>
    public static async Task HoldAsync(
        RegistryDbContext db, DatasetName name, IReadOnlyCollection<string> hashes, CancellationToken cancellation)
    {
        if (await db.Sources
            .Where(s => hashes.Contains(s.Sha256))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Size, s => s.Size), cancellation) == 0)
            throw new NotFoundException($"The dataset '{name}' was removed while its pipeline was posted.");

        await RetentionMarks.UseAsync(db, RetentionKind.Source, hashes, cancellation);
    }

    /// <summary>As <see cref="ISourceCatalog.SetOptionsAsync"/>.</summary>
    public async Task SetOptionsAsync(DatasetName name, SourceOptions options, CancellationToken cancellation)
    {
        await using var db = await _registry.CreateDbContextAsync(cancellation);
        await StoredOptions.SetAsync(db, name, options, _time.GetUtcNow(), cancellation);
        CountAddition();
    }

    /// <summary>Keeps bytes by their hash; a row that names them is to follow.</summary>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    public async Task<StoredSource> StoreAsync(Stream file, CancellationToken cancellation)
    {
        file.Position = 0;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        await using (var db = await _registry.CreateDbContextAsync(cancellation))
            await RetentionMarks.UseAsync(db, RetentionKind.Source, [sha256], cancellation);

        file.Position = 0;
        await _store.PutAsync(ObjectKeys.Source(sha256), file, cancellation);
        return new StoredSource(sha256, file.Length);
    }

    /// <summary>Sources that were made of just this; null: there are none.</summary>
    public async Task<SourceFiles?> FindMadeAsync(SourceFiles files, string madeOf, CancellationToken cancellation)
    {
        await using var db = await _registry.CreateDbContextAsync(cancellation);
        var made = await db.Sources.AsNoTracking().Where(s => s.Name == files.Name && s.MadeOf == madeOf).ToListAsync(cancellation);
        return made.FirstOrDefault(s => s.Part == "train") is { } train
            ? files with { TrainSha256 = train.Sha256, TestSha256 = made.FirstOrDefault(s => s.Part == "test")?.Sha256 }
            : null;
    }

    /// <summary>Records what was made: both parts together, once whoever makes it.</summary>
    public async Task AddMadeAsync(
        DatasetName name, string madeOf, StoredSource train, StoredSource? test, CancellationToken cancellation)
    {
        await using var db = await _registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        foreach (var (part, source) in new[] { ("train", (StoredSource?)train), ("test", test) })
        {
            while (source is not null && !await db.Sources.AnyAsync(
                s => s.Name == name && s.Part == part && s.MadeOf == madeOf, cancellation))
            {
                await db.InsertIfAbsentAsync(
                    new SourceRow
                    {
                        Name = name,
                        Part = part,
                        Version = await LastVersionAsync(db, name, part, cancellation) + 1,
                        Sha256 = source.Sha256,
                        Size = source.Size,
                        RegisteredAt = _time.GetUtcNow(),
                        MadeOf = madeOf,
                    },
                    cancellation);
            }
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Of several names at once: a thousand stations send a row each, and every row is read as its files are written.</summary>
    private async Task<IReadOnlyList<(IEnumerable<SourceRow>, SourceOptionsRow?)>> LookAsync(IReadOnlyList<DatasetName> asked)
    {
        await using var db = await _registry.CreateDbContextAsync();
        List<DatasetName> names = [.. asked.Distinct()];
        var files = db.Sources.AsNoTracking().Where(s => s.MadeOf == null);
        var newest = await files
            .Where(s => names.Contains(s.Name)
                && s.Version == files.Where(other => other.Name == s.Name && other.Part == s.Part).Max(other => other.Version))
            .ToListAsync();
        var options = await db.SourceOptions.AsNoTracking().Where(o => names.Contains(o.Name)).ToDictionaryAsync(o => o.Name);
        var byName = newest.ToLookup(s => s.Name);
        return [.. asked.Select(name => (byName[name], options.GetValueOrDefault(name)))];
    }

    /// <summary>0: there is none.</summary>
    private static async Task<int> LastVersionAsync(
        RegistryDbContext db, DatasetName name, string part, CancellationToken cancellation) =>
        await db.Sources.Where(s => s.Name == name && s.Part == part).MaxAsync(s => (int?)s.Version, cancellation) ?? 0;
}

/// <summary>Bytes in the object store.</summary>
internal sealed record StoredSource(string Sha256, long Size);
