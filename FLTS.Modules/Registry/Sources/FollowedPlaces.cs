using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Sources;

/// <summary>A place in a file behind the end of a line, and what stood before it: hashes of the first and of the last bytes.</summary>
internal sealed record FollowedPlace(long Offset, long Rows, string Head, string Tail);

/// <summary>How far files that grow have been read: every read and change of their rows.</summary>
internal sealed class FollowedPlaces(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <summary>Null: the file of this dataset has not been read yet.</summary>
    public async Task<FollowedPlace?> FindAsync(DatasetName name, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.FollowedFiles
            .Where(f => f.Name == name)
            .Select(f => new FollowedPlace(f.Offset, f.Rows, f.Head, f.Tail))
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Moves a place, unless somebody else has moved it.</summary>
    /// <returns>Whether it is there now.</returns>
    public async Task<bool> MoveAsync(DatasetName name, FollowedPlace? from, FollowedPlace to, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var row = new FollowedFileRow
        {
            Name = name,
            Offset = to.Offset,
            Rows = to.Rows,
            Head = to.Head,
            Tail = to.Tail,
            ChangedAt = now,
        };
        if (from is null)
            return await db.InsertIfAbsentAsync(row, cancellation);

        return await db.FollowedFiles
            .Where(f => f.Name == name && f.Offset == from.Offset && f.Head == from.Head && f.Tail == from.Tail)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(f => f.Offset, to.Offset)
                    .SetProperty(f => f.Rows, to.Rows)
                    .SetProperty(f => f.Head, to.Head)
                    .SetProperty(f => f.Tail, to.Tail)
                    .SetProperty(f => f.ChangedAt, now),
                cancellation) == 1;
    }
}
