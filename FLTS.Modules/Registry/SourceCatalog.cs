using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FLTS.Modules.Contracts;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry;

internal sealed partial class SourceCatalog(
    IDbContextFactory<RegistryDbContext> registry,
    IObjectStore store,
    SourceFolder folder,
    TimeProvider time) : ISourceCatalog
{
    private const string TestSuffix = "_test";

    public async Task<SourceFiles> ResolveAsync(string name, CancellationToken cancellation)
    {
        if (!NamePattern().IsMatch(name) || name.EndsWith(TestSuffix, StringComparison.Ordinal))
            throw new InvalidInputException($"'{Shown(name)}' is no dataset name: 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, not ending in '{TestSuffix}'.");

        await ImportAsync(name, "train", $"{name}.csv", cancellation);
        await ImportAsync(name, "test", $"{name}{TestSuffix}.csv", cancellation);
        var train = await NewestAsync(name, "train", cancellation)
            ?? throw new NotFoundException($"There is no dataset '{name}'. {await KnownAsync(cancellation)}");
        return new SourceFiles(name, train.Sha256, (await NewestAsync(name, "test", cancellation))?.Sha256);
    }

    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var names = await db.Sources.AsNoTracking().Where(s => s.Part == "train").Select(s => s.Name).Distinct().ToListAsync(cancellation);
        if (Directory.Exists(folder.Path))
            names.AddRange(Directory.EnumerateFiles(folder.Path, "*.csv").Select(f => Path.GetFileNameWithoutExtension(f)));

        await foreach (var stored in store.ListAsync(ObjectKeys.DatasetBucket, "", cancellation))
            names.Add(Path.GetFileNameWithoutExtension(stored.Key.Key));

        return [.. names.Where(n => NamePattern().IsMatch(n) && !n.EndsWith(TestSuffix, StringComparison.Ordinal) && !HashPattern().IsMatch(n)).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Looks for a file of that name in the folder, then in the bucket (where people may put one by S3), and keeps it under its hash.</summary>
    private async Task ImportAsync(string name, string part, string fileName, CancellationToken cancellation)
    {
        await using var source = await OpenAsync(fileName, cancellation);
        if (source is null)
            return;

        var before = Written(source);
        // A copy first: the file may still be growing, and what is hashed must be what is kept.
        await using var copy = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 17];
        int read;
        while ((read = await source.ReadAsync(buffer, cancellation)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await copy.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }

        if (Written(source) != before)
            throw new UnavailableException($"{fileName} is still being written; try again when it is complete.");

        var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        var newest = await NewestAsync(name, part, cancellation);
        if (newest?.Sha256 == sha256)
            return;

        copy.Position = 0;
        await store.PutAsync(ObjectKeys.Source(sha256), copy, cancellation);
        FaultPoint.Reach("source.object-written");
        await using var db = await registry.CreateDbContextAsync(cancellation);

        // Somebody may import at the same time: the version is unique, the next one is tried until the newest is ours or says the same.
        for (var version = (newest?.Version ?? 0) + 1; (await NewestAsync(name, part, cancellation))?.Sha256 != sha256; version++)
        {
            await db.InsertIfAbsentAsync(
                new SourceRow { Name = name, Part = part, Version = version, Sha256 = sha256, Size = copy.Length, RegisteredAt = time.GetUtcNow() },
                cancellation);
        }
    }

    private async Task<Stream?> OpenAsync(string fileName, CancellationToken cancellation)
    {
        if (File.Exists(Path.Combine(folder.Path, fileName)))
        {
            try
            {
                return new FileStream(Path.Combine(folder.Path, fileName), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UnavailableException($"{fileName} in the datasets folder cannot be read: {e.Message}", e);
            }
        }

        var key = new ObjectKey(ObjectKeys.DatasetBucket, fileName);
        return await store.StatAsync(key, cancellation) is null ? null : await store.OpenReadAsync(key, cancellation);
    }

    /// <summary>Length and time of a file that somebody may be writing; what the object store gives is complete.</summary>
    private static (long Length, DateTime At)? Written(Stream source) =>
        source is FileStream file && File.Exists(file.Name) ? (RandomAccess.GetLength(file.SafeFileHandle), File.GetLastWriteTimeUtc(file.Name)) : null;

    private async Task<SourceRow?> NewestAsync(string name, string part, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Sources.AsNoTracking().Where(s => s.Name == name && s.Part == part).OrderByDescending(s => s.Version).FirstOrDefaultAsync(cancellation);
    }

    private async Task<string> KnownAsync(CancellationToken cancellation)
    {
        const int Most = 20;
        var names = await NamesAsync(cancellation);
        return names.Count == 0
            ? "There are none yet: put <name>.csv into the datasets folder or the 'dataset' bucket."
            : $"Known are {string.Join(", ", names.Take(Most))}{(names.Count > Most ? $" and {names.Count - Most} more" : "")}.";
    }

    private static string Shown(string name) => new([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex HashPattern();
}
