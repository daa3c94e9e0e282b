using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FLTS.Modules.Contracts;

/// <summary>Who asks, as the key says that was shown or that the session was opened with.</summary>
/// <param name="Id">The key's id; <see cref="AdminId"/> for the admin key.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Role">One, or several with commas between them.</param>
public sealed record Caller(string Id, string Name, string Role)
{
    /// <summary>Of the admin key, which has no row.</summary>
    public const string AdminId = "admin";

    private readonly string[] _held = Role.Split(',');

    /// <summary>Who shows the admin key.</summary>
    public static Caller Admin { get; } = new(AdminId, "admin key", Roles.Admin);

    /// <summary>When the session ends that this is known by; null: by a key itself.</summary>
    public DateTimeOffset? SessionEndsAt { get; init; }

    /// <summary>Whether this caller may do what needs a role.</summary>
    public bool May(string role) => Array.Exists(_held, h => Roles.Cover(h, role));

    /// <summary>Who makes a request; null: somebody unknown.</summary>
    public static Caller? Of(HttpContext context) => context.Items[typeof(Caller)] as Caller;

    /// <summary>Makes it known to all that answers the request.</summary>
    public void Enter(HttpContext context) => context.Items[typeof(Caller)] = this;
}

/// <summary>Who was found to be asking.</summary>
/// <param name="Caller">Null: nobody known.</param>
/// <param name="Ended">Why a key or session that was one counts no more, in a sentence.</param>
public readonly record struct Identity(Caller? Caller, string? Ended = null);

/// <summary>Finds out who asks.</summary>
public interface ICallers
{
    /// <summary>Whose key this is.</summary>
    /// <exception cref="UnavailableException">It cannot be looked up now.</exception>
    ValueTask<Identity> OfKeyAsync(string key, CancellationToken cancellation);

    /// <summary>Whether a request brings the cookie of a session.</summary>
    bool HasSession(HttpRequest request);

    /// <summary>Whose session the cookie is of.</summary>
    /// <exception cref="UnavailableException">It cannot be looked up now.</exception>
    ValueTask<Identity> OfSessionAsync(HttpRequest request, CancellationToken cancellation);
}

/// <summary>The key that is there before any other: set, or made at the first start.</summary>
public interface IAdminKey
{
    /// <summary>Compares in a time that tells nothing about the key.</summary>
    bool Matches(string? given);

    /// <summary>A text that whoever knows <paramref name="secret"/> can compare with later, and nobody can find the key from.</summary>
    string Proof(string secret);
}

/// <summary>How a call is written down that is to change something.</summary>
public enum AuditKind
{
    /// <summary>Each by itself: what every endpoint is that says nothing.</summary>
    Each,

    /// <summary>Counted by key, path, answer and hour: what programs do many times a second.</summary>
    Hourly,

    /// <summary>Not at all: it changes nothing.</summary>
    None,
}

/// <summary>Endpoint metadata: how its calls are audited.</summary>
public sealed record Audited(AuditKind Kind);

/// <summary>A call to write down.</summary>
/// <param name="Caller">Who makes it.</param>
/// <param name="Via">How the key was shown: <c>key</c>, <c>password</c>, <c>session</c> or <c>link</c>.</param>
/// <param name="Address">Where it comes from.</param>
/// <param name="Method">Of HTTP.</param>
/// <param name="Path">Of the request.</param>
public sealed record AuditedCall(Caller Caller, string Via, IPAddress? Address, string Method, string Path);

/// <summary>Writes down who changed what.</summary>
public interface IAudit
{
    /// <summary>Before it is carried out: nothing is changed that was not written down.</summary>
    /// <returns>Its id.</returns>
    Task<string> BeginAsync(AuditedCall audited, CancellationToken cancellation);

    /// <summary>What came of it; never fails.</summary>
    Task EndAsync(string id, int status);

    /// <summary>One more of its hour.</summary>
    void Count(AuditedCall audited, int status);

    /// <summary>Somebody was not let in.</summary>
    /// <param name="reason">One of <see cref="KeyRefusals"/>.</param>
    /// <param name="from">Where it came from.</param>
    void Refused(string reason, IPAddress? from);
}

/// <summary>Why somebody was not let in, as the metric names it.</summary>
public static class KeyRefusals
{
    public const string NoKey = "no_key";
    public const string WrongKey = "wrong_key";
    public const string Ended = "ended";
    public const string Role = "role";
    public const string Waiting = "waiting";
    public const string Origin = "origin";
    public const string Limit = "limit";

    public static IReadOnlyList<string> All { get; } = [NoKey, WrongKey, Ended, Role, Waiting, Origin, Limit];
}

/// <summary>Says how calls of an endpoint are audited.</summary>
public static class AuditExtensions
{
    public static TBuilder WithAudit<TBuilder>(this TBuilder builder, AuditKind kind)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new Audited(kind));
}
