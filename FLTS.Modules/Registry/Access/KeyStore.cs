using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Access;

/// <summary>A key that is to be kept.</summary>
/// <param name="KeyId">Its public part.</param>
/// <param name="Hash">Of the whole.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Role">What it may do.</param>
/// <param name="ExpiresAt">From when it counts no more.</param>
/// <param name="CreatedBy">Who makes it.</param>
internal sealed record NewKey(string KeyId, string Hash, string Name, string Role, DateTimeOffset? ExpiresAt, string CreatedBy);

/// <summary>The rows of API keys: every read and change of them.</summary>
internal sealed class KeyStore(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    public async Task<ApiKeyRow?> FindAsync(string keyId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.ApiKeys.AsNoTracking().FirstOrDefaultAsync(k => k.KeyId == keyId, cancellation);
    }

    /// <summary>All of them, newest first, with those that have ended.</summary>
    public async Task<Page<ApiKeyRow>> ListAsync(int limit, Cursor? cursor, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var query = db.ApiKeys.AsNoTracking();
        if (cursor is { } after)
            query = query.Where(k => k.CreatedAt < after.At || (k.CreatedAt == after.At && string.Compare(k.KeyId, after.Id) < 0));

        var rows = await query.OrderByDescending(k => k.CreatedAt).ThenByDescending(k => k.KeyId).Take(limit + 1).ToListAsync(cancellation);
        return Cursor.Page(rows, limit, k => new Cursor(k.CreatedAt, k.KeyId), k => k);
    }

    /// <exception cref="ConflictException">There are too many that have not ended.</exception>
    public async Task<ApiKeyRow> AddAsync(NewKey wanted, int most, CancellationToken cancellation)
    {
        var row = new ApiKeyRow
        {
            KeyId = wanted.KeyId,
            Hash = wanted.Hash,
            Name = wanted.Name,
            Role = wanted.Role,
            ExpiresAt = wanted.ExpiresAt,
            CreatedAt = time.GetUtcNow(),
            CreatedBy = wanted.CreatedBy,
        };
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        db.ApiKeys.Add(row);
        await db.SaveChangesAsync(cancellation);
        if (await db.ApiKeys.CountAsync(
            k => k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > row.CreatedAt), cancellation) > most)
            throw new ConflictException(
                $"There are {most} keys, which is the most allowed (Access:MaxKeys). Take back one that is not needed any more: "
                + "DELETE /keys/{id}.");

        await transaction.CommitAsync(cancellation);
        return row;
    }

    /// <summary>Takes a key back, and ends its sessions with it; one that was taken back stays as it was.</summary>
    /// <exception cref="NotFoundException">No such key.</exception>
    public async Task RevokeAsync(string keyId, string by, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.ApiKeys.Where(k => k.KeyId == keyId && k.RevokedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(k => k.RevokedAt, now).SetProperty(k => k.RevokedBy, by), cancellation);
        await db.Sessions.Where(s => s.KeyId == keyId).ExecuteDeleteAsync(cancellation);
        if (!await db.ApiKeys.AnyAsync(k => k.KeyId == keyId, cancellation))
            throw new NotFoundException($"There is no key '{Sentence.Of(keyId)}'. GET /keys lists them.");

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Notes that a key was used.</summary>
    public async Task UsedAsync(string keyId, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.ApiKeys.Where(k => k.KeyId == keyId && (k.UsedAt == null || k.UsedAt < at)).ExecuteUpdateAsync(
            set => set.SetProperty(k => k.UsedAt, at), cancellation);
    }

    /// <summary>Forgets keys that ended before a time: nothing that is kept names them any more.</summary>
    public async Task RemoveEndedAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.ApiKeys.Where(k => k.RevokedAt < before || k.ExpiresAt < before).ExecuteDeleteAsync(cancellation);
    }
}
