using FLTS.Modules.Registry.Access;

namespace FLTS.Modules.Access;

/// <summary>A session that was just opened.</summary>
/// <param name="Secret">The cookie's.</param>
/// <param name="Caller">Whose it is.</param>
/// <param name="Age">How long it lasts at most.</param>
internal sealed record OpenedSession(string Secret, Caller Caller, TimeSpan Age);

/// <summary>Signs browsers in and out: by a key, or once by a link.</summary>
internal sealed class SessionService(
    SessionStore sessions, Callers callers, KnownKeys keys, IAdminKey admin, AccessOptions options, TimeProvider time)
{
    /// <summary>How long a link waits for who opens it.</summary>
    public static readonly TimeSpan LinkLasts = TimeSpan.FromMinutes(2);

    /// <returns>The session; null with the reason where the key counts no more, null alone where it is none.</returns>
    public async Task<(OpenedSession? Session, string? Ended)> OpenByKeyAsync(string key, CancellationToken cancellation)
    {
        var found = await callers.OfKeyAsync(key, cancellation);
        return found.Caller is { } caller ? (await OpenAsync(caller, cancellation), null) : (null, found.Ended);
    }

    /// <returns>The session; null: the link was used, its time is over, or its key ended meanwhile.</returns>
    public async Task<OpenedSession?> OpenByLinkAsync(string token, CancellationToken cancellation)
    {
        if (!Secrets.IsOne(token) || await sessions.TakeLinkAsync(Secrets.HashOf(token), cancellation) is not { } link)
            return null;

        return await callers.OfRowAsync(link, token, cancellation) is { Caller: { } caller }
            ? await OpenAsync(caller, cancellation)
            : null;
    }

    /// <summary>A token that signs a browser in once, as whoever asks for it.</summary>
    public async Task<(string Token, DateTimeOffset EndsAt)> LinkAsync(Caller caller, CancellationToken cancellation)
    {
        var (token, endsAt) = (Secrets.New(), time.GetUtcNow() + LinkLasts);
        await sessions.AddAsync(Row(caller, token, isOpen: false, endsAt), options.MaxSessions, cancellation);
        return (token, endsAt);
    }

    public Task EndAsync(string secret, CancellationToken cancellation) => sessions.EndAsync(Secrets.HashOf(secret), cancellation);

    private async Task<OpenedSession> OpenAsync(Caller caller, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var endsAt = now.AddDays(options.SessionDays);
        if (caller.Id != Caller.AdminId && (await keys.FindAsync(caller.Id, cancellation))?.ExpiresAt is { } expires && expires < endsAt)
            endsAt = expires;

        var secret = Secrets.New();
        await sessions.AddAsync(Row(caller, secret, isOpen: true, endsAt), options.MaxSessions, cancellation);
        return new OpenedSession(secret, caller, endsAt - now);
    }

    private NewSession Row(Caller caller, string secret, bool isOpen, DateTimeOffset endsAt) => caller.Id == Caller.AdminId
        ? new NewSession(Secrets.HashOf(secret), isOpen, null, admin.Proof(secret), endsAt)
        : new NewSession(Secrets.HashOf(secret), isOpen, caller.Id, null, endsAt);
}
