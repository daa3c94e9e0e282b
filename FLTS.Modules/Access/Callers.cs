using FLTS.Modules.Registry.Access;
using FLTS.Modules.Registry.Schema;
using Microsoft.AspNetCore.Http;

namespace FLTS.Modules.Access;

/// <summary>Finds out who asks, by key or by session.</summary>
internal sealed class Callers(
    KnownKeys keys, SessionStore sessions, IAdminKey admin, AccessOptions options, IStartupGate gate, TimeProvider time) : ICallers
{
    /// <summary>When a session was used is noted to so much.</summary>
    private static readonly TimeSpan _seenStep = TimeSpan.FromMinutes(5);

    public async ValueTask<Identity> OfKeyAsync(string key, CancellationToken cancellation)
    {
        if (admin.Matches(key))
            return new Identity(Caller.Admin);
        if (Secrets.IdOf(key) is not { } id
            || await keys.FindAsync(id, cancellation) is not { } known
            || !Secrets.AreSame(known.Hash, Secrets.HashOf(key)))
            return default;

        return Counts(known);
    }

    public bool HasSession(HttpRequest request) => SessionCookie.Of(request) is not null;

    public async ValueTask<Identity> OfSessionAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (SessionCookie.Of(request) is not { } secret)
            return default;
        if (!gate.OpenedAsync(CancellationToken.None).IsCompletedSuccessfully)
            throw new UnavailableException("FLTS starts; keys and sessions are known in a moment.");

        try
        {
            var (now, hash) = (time.GetUtcNow(), Secrets.HashOf(secret));
            if (await sessions.FindAsync(hash, cancellation) is not { } row
                || row.EndsAt <= now
                || row.SeenAt.AddHours(options.SessionIdleHours) <= now)
                return new Identity(null, "The session has ended: sign in again.");

            var found = await OfRowAsync(row, secret, cancellation);
            if (found.Caller is null)
                return found;
            if (now - row.SeenAt >= _seenStep)
                await sessions.SeenAsync(hash, now, cancellation);
            return new Identity(found.Caller with { SessionEndsAt = row.EndsAt });
        }
        catch (Exception e) when (DatabaseFaults.IsPassing(e))
        {
            throw new UnavailableException("The database, which knows the sessions, does not answer now.", e);
        }
    }

    /// <summary>Whose a session or link is: it ends with its key.</summary>
    public async ValueTask<Identity> OfRowAsync(SessionRow row, string secret, CancellationToken cancellation)
    {
        if (row.KeyId is null)
            return Secrets.AreSame(row.KeyProof!, admin.Proof(secret))
                ? new Identity(Caller.Admin)
                : new Identity(null, "The session has ended: the admin key is another one now.");

        return await keys.FindAsync(row.KeyId, cancellation) is { } key
            ? Counts(key)
            : new Identity(null, "The session has ended: its key is gone.");
    }

    private Identity Counts(KnownKey key)
    {
        if (key.Ended(time.GetUtcNow()) is { } ended)
            return new Identity(null, ended);

        keys.Used(key);
        return new Identity(key.Caller);
    }
}
