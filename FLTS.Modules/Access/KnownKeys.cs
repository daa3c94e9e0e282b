using System.Collections.Concurrent;
using FLTS.Modules.Registry.Access;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Access;

/// <summary>
/// Keys as they were read last, so that a request does not wait for the database: read again after two seconds, within which a key that
/// another process takes back ends here too. While the database is away, what is known goes on to count until it expires.
/// </summary>
internal sealed class KnownKeys(KeyStore keys, IStartupGate gate, TimeProvider time)
{
    private static readonly TimeSpan _fresh = TimeSpan.FromSeconds(2);

    /// <summary>When a key was used is noted to so much.</summary>
    private static readonly TimeSpan _usedStep = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, KnownKey> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    /// <returns>Null: there is none of that id.</returns>
    /// <exception cref="UnavailableException">It is not known here, and the database is away.</exception>
    public async ValueTask<KnownKey?> FindAsync(string id, CancellationToken cancellation)
    {
        if (_known.TryGetValue(id, out var known) && time.GetElapsedTime(known.LookedAt) < _fresh)
            return known;

        if (known is not null)
            known.LookedAt = time.GetTimestamp(); // Others go on by it while this one looks.
        try
        {
            if (!gate.OpenedAsync(CancellationToken.None).IsCompletedSuccessfully)
                throw new UnavailableException("FLTS starts; keys and sessions are known in a moment.");

            if (await keys.FindAsync(id, cancellation) is { } row)
                return _known[id] = new KnownKey(row) { LookedAt = time.GetTimestamp() };

            _known.TryRemove(id, out _);
            return null;
        }
        catch (Exception e) when (known is not null && (e is UnavailableException || DatabaseFaults.IsPassing(e)))
        {
            return known;
        }
        catch (Exception e) when (DatabaseFaults.IsPassing(e))
        {
            throw new UnavailableException("The database, which knows the keys, does not answer now.", e);
        }
    }

    /// <summary>Notes that a key counted.</summary>
    public void Used(KnownKey key)
    {
        var now = time.GetUtcNow();
        if (key.UsedAt is { } last && now - last < _usedStep)
            return;

        key.UsedAt = now;
        _used[key.Caller.Id] = now;
    }

    /// <summary>What is to be written of it: the loop does, no request waits for that.</summary>
    public IEnumerable<KeyValuePair<string, DateTimeOffset>> TakeUsed() => _used.Where(u => _used.TryRemove(u)).ToList();

    /// <summary>Looks again before the next use.</summary>
    public void Forget(string id) => _known.TryRemove(id, out _);
}

/// <summary>A key as it was read.</summary>
internal sealed class KnownKey(ApiKeyRow row)
{
    private long _lookedAt;

    public Caller Caller { get; } = new(row.KeyId, row.Name, row.Role);

    public string Hash => row.Hash;

    public DateTimeOffset? ExpiresAt => row.ExpiresAt;

    public DateTimeOffset? UsedAt { get; set; } = row.UsedAt;

    /// <summary>Timestamp of the clock.</summary>
    public long LookedAt
    {
        get => Volatile.Read(ref _lookedAt);
        set => Volatile.Write(ref _lookedAt, value);
    }

    /// <summary>Why it counts no more; null: it does.</summary>
    public string? Ended(DateTimeOffset now) =>
        row.RevokedAt is { } revoked ? $"The key '{row.Name}' ({row.KeyId}) was taken back at {revoked:u}."
        : row.ExpiresAt <= now ? $"The key '{row.Name}' ({row.KeyId}) expired at {row.ExpiresAt:u}."
        : null;
}
