using Microsoft.AspNetCore.Builder;

namespace FLTS.Modules.Contracts;

/// <summary>
/// What a caller may do (API.md). <c>train</c> and <c>promote</c> may also read and ask for forecasts, <c>admin</c> may do all; a key has
/// one role, or several with commas between them.
/// </summary>
public static class Roles
{
    public const string Read = "read";
    public const string Predict = "predict";
    public const string Train = "train";
    public const string Promote = "promote";
    public const string Admin = "admin";

    /// <summary>Of an endpoint that everybody may call: liveness, readiness, signing in.</summary>
    public const string Open = "open";

    /// <summary>Those that a key can have.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Predict, Train, Promote, Admin];

    /// <summary>Says which role an endpoint needs; one that says nothing needs <see cref="Admin"/>.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder builder, string role)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequiredRole(role));

    /// <summary>Whether who holds the one may do what needs the other.</summary>
    public static bool Cover(string held, string needed) =>
        held == needed || held == Admin || (held is Train or Promote && needed is Read or Predict);

    /// <summary>Roles as a key holds them, in the order of <see cref="All"/>.</summary>
    /// <exception cref="InvalidInputException">None, or one that does not exist.</exception>
    public static string Parse(string? text)
    {
        var named = (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return named.Length > 0 && named.All(All.Contains)
            ? string.Join(',', named.Contains(Admin) ? [Admin] : All.Where(named.Contains))
            : throw new InvalidInputException(
                $"'role' is '{text}'; it must be one of {string.Join(", ", All)}, or several with commas between them.");
    }
}

/// <summary>Endpoint metadata: the role a caller needs.</summary>
public sealed record RequiredRole(string Role);
