using System.Security.Cryptography;
using System.Text;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Access;

/// <summary>Calls of an hour that are alike.</summary>
internal sealed record AlikeCalls(DateTimeOffset Hour, string Actor, string ActorName, string Via, string Method, string Path, int Status);

/// <summary>The rows of the audit: every read and change of them.</summary>
internal sealed class AuditStore(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <returns>The id of the row.</returns>
    public async Task<string> AddAsync(AuditedCall audited, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var row = new AuditRow
        {
            AuditId = Guid.CreateVersion7(now).ToString("N"),
            At = now,
            Actor = audited.Caller.Id,
            ActorName = audited.Caller.Name,
            Via = audited.Via,
            Address = audited.Address?.ToString(),
            Method = audited.Method,
            Path = Kept(audited.Path),
            Calls = 1,
        };
        await using var db = await registry.CreateDbContextAsync(cancellation);
        db.Audit.Add(row);
        await db.SaveChangesAsync(cancellation);
        return row.AuditId;
    }

    public async Task EndAsync(string auditId, int status, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.Audit.Where(a => a.AuditId == auditId).ExecuteUpdateAsync(set => set.SetProperty(a => a.Status, status), cancellation);
    }

    /// <summary>So many calls more, whichever process answered them.</summary>
    public async Task CountAsync(AlikeCalls calls, long more, CancellationToken cancellation)
    {
        var row = new AuditRow
        {
            AuditId = IdOf(calls),
            At = calls.Hour,
            Actor = calls.Actor,
            ActorName = calls.ActorName,
            Via = calls.Via,
            Method = calls.Method,
            Path = Kept(calls.Path),
            Status = calls.Status,
        };
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.InsertIfAbsentAsync(row, cancellation);
        await db.Audit.Where(a => a.AuditId == row.AuditId).ExecuteUpdateAsync(
            set => set.SetProperty(a => a.Calls, a => a.Calls + more), cancellation);
    }

    /// <summary>Newest first.</summary>
    /// <param name="from">Not those before.</param>
    /// <param name="actor">Only those of a key, by its id or its name.</param>
    /// <param name="limit">At most.</param>
    /// <param name="cursor">Where the page before ended.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Page<AuditRow>> ListAsync(
        DateTimeOffset? from, string? actor, int limit, Cursor? cursor, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var query = db.Audit.AsNoTracking();
        if (from is { } since)
            query = query.Where(a => a.At >= since.ToUniversalTime());
        if (actor is not null)
            query = query.Where(a => a.Actor == actor || a.ActorName == actor);
        if (cursor is { } after)
            query = query.Where(a => a.At < after.At || (a.At == after.At && string.Compare(a.AuditId, after.Id) < 0));

        var rows = await query.OrderByDescending(a => a.At).ThenByDescending(a => a.AuditId).Take(limit + 1).ToListAsync(cancellation);
        return Cursor.Page(rows, limit, a => new Cursor(a.At, a.AuditId), a => a);
    }

    public async Task RemoveAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.Audit.Where(a => a.At < before).ExecuteDeleteAsync(cancellation);
    }

    private static string Kept(string path)
    {
        var shown = Sentence.Of(path);
        return shown.Length > AuditTable.LongestPath ? shown[..AuditTable.LongestPath] : shown;
    }

    private static string IdOf(AlikeCalls calls) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        FormattableString.Invariant($"{calls.Hour.UtcTicks}\n{calls.Actor}\n{calls.Via}\n{calls.Method}\n{calls.Path}\n{calls.Status}"))));
}
