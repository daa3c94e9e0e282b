namespace FLTS.Modules.Access;

/// <summary>A key that is asked for.</summary>
/// <param name="Role">One, or several with commas between them.</param>
/// <param name="Name">What people call it; default: its role.</param>
/// <param name="Expires">From when it counts no more; null: it is taken back by hand.</param>
internal sealed record KeyRequest(string? Role, string? Name, DateTimeOffset? Expires);

/// <summary>A key, without what it is.</summary>
internal sealed record KeyView(string Id, string Name, string Role, string State, DateTimeOffset CreatedAt, string CreatedBy)
{
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>To a few minutes.</summary>
    public DateTimeOffset? UsedAt { get; init; }
}

/// <summary>A key that was just made: this is the only time that it is told.</summary>
internal sealed record NewKeyView(
    string Id, string Name, string Role, string Key, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>What signs a browser in: a key, or the token of a link.</summary>
internal sealed record SessionRequest(string? Key, string? Token);

/// <summary>Who asks.</summary>
/// <param name="Name">Of the key; null: nobody known.</param>
/// <param name="Role">Of the key.</param>
/// <param name="EndsAt">When the session ends at the latest; null: there is none.</param>
/// <param name="May">Roles whose endpoints may be called.</param>
internal sealed record SessionView(string? Name, string? Role, DateTimeOffset? EndsAt, IReadOnlyList<string> May);

/// <summary>Signs a browser in once.</summary>
/// <param name="Token">What is sent to <c>POST /session</c>.</param>
/// <param name="Path">Of the page that sends it: behind <c>#</c> it goes to no server and into no log.</param>
/// <param name="ExpiresAt">When it is too late.</param>
internal sealed record LinkView(string Token, string Path, DateTimeOffset ExpiresAt);

/// <summary>A call that was to change something, or several alike ones of an hour.</summary>
internal sealed record AuditView(
    string Id, DateTimeOffset At, string Actor, string ActorName, string Via, string Method, string Path)
{
    /// <summary>Of the answer; null: none was given.</summary>
    public int? Status { get; init; }

    public string? Address { get; init; }

    public long Calls { get; init; } = 1;
}
