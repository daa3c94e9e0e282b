using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Access;

/// <summary>A session, or a link that opens one, that is to be kept.</summary>
/// <param name="Hash">Of its secret.</param>
/// <param name="IsOpen">False: a link.</param>
/// <param name="KeyId">Its key; null: the admin key.</param>
/// <param name="KeyProof">Of the admin key.</param>
/// <param name="EndsAt">When it ends at the latest.</param>
internal sealed record NewSession(string Hash, bool IsOpen, string? KeyId, string? KeyProof, DateTimeOffset EndsAt);

/// <summary>The rows of sessions and of the links that open them: every read and change of them.</summary>
internal sealed class SessionStore(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <summary>The open session of a secret.</summary>
    public async Task<SessionRow?> FindAsync(string hash, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Sessions.AsNoTracking().FirstOrDefaultAsync(s => s.Hash == hash && s.IsOpen, cancellation);
    }

    /// <summary>Keeps a session or link; where its key has more than <paramref name="most"/>, those unused for longest end.</summary>
    public async Task AddAsync(NewSession wanted, int most, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        db.Sessions.Add(new SessionRow
        {
            Hash = wanted.Hash,
            IsOpen = wanted.IsOpen,
            KeyId = wanted.KeyId,
            KeyProof = wanted.KeyProof,
            CreatedAt = now,
            SeenAt = now,
            EndsAt = wanted.EndsAt,
        });
        await db.SaveChangesAsync(cancellation);
        var tooMany = await db.Sessions.Where(s => s.KeyId == wanted.KeyId && s.Hash != wanted.Hash)
            .OrderByDescending(s => s.SeenAt).Skip(most - 1).Select(s => s.Hash).ToListAsync(cancellation);
        if (tooMany.Count > 0)
            await db.Sessions.Where(s => tooMany.Contains(s.Hash)).ExecuteDeleteAsync(cancellation);

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Takes a link: of several who show it, one gets it.</summary>
    /// <returns>Null: there is none of that secret, or it was taken, or its time is over.</returns>
    public async Task<SessionRow?> TakeLinkAsync(string hash, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var row = await db.Sessions.AsNoTracking().FirstOrDefaultAsync(s => s.Hash == hash && !s.IsOpen && s.EndsAt > now, cancellation);
        return row is not null
            && await db.Sessions.Where(s => s.Hash == hash && !s.IsOpen).ExecuteDeleteAsync(cancellation) == 1 ? row : null;
    }

    /// <summary>Notes that a session was used.</summary>
    public async Task SeenAsync(string hash, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.Sessions.Where(s => s.Hash == hash && s.SeenAt < at).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.SeenAt, at), cancellation);
    }

    /// <summary>Ends the session of a secret, if there is one.</summary>
    public async Task EndAsync(string hash, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.Sessions.Where(s => s.Hash == hash).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Forgets what has ended.</summary>
    /// <param name="unseenSince">Sessions that were not used since then have ended too.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task RemoveEndedAsync(DateTimeOffset unseenSince, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.Sessions.Where(s => s.EndsAt <= now || s.SeenAt < unseenSince).ExecuteDeleteAsync(cancellation);
    }
}
