using FLTS.Tests.Host;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.Access;

/// <summary>An endpoint of a running host.</summary>
/// <param name="Method">Of HTTP.</param>
/// <param name="Pattern">As it is mapped, without constraints.</param>
/// <param name="Role">That it states; null: it says nothing.</param>
internal sealed record Endpoint(string Method, string Pattern, string? Role)
{
    public bool Changes => Method is not ("GET" or "HEAD");

    /// <summary>With something in the place of its parameters.</summary>
    public string Path => string.Join('/', Pattern.Split('/').Select(s => s.Contains('{') ? "none" : s));

    public override string ToString() => $"{Method} {Pattern}";

    /// <summary>Every one there is, so that a new one cannot be forgotten.</summary>
    public static IReadOnlyList<Endpoint> Of(RunningHost host) =>
    [
        .. from endpoint in host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
           select new Endpoint(method, PatternOf(endpoint.RoutePattern), endpoint.Metadata.GetMetadata<RequiredRole>()?.Role),
    ];

    /// <summary>What is wrong with what endpoints state; <paramref name="contract"/> is what the outside contract says of some.</summary>
    public static IEnumerable<string> Wrong(IEnumerable<Endpoint> endpoints, IReadOnlyDictionary<string, string> contract) =>
        from endpoint in endpoints
        let wrong = endpoint.Role is null ? "states no role"
            : contract.TryGetValue(endpoint.ToString(), out var role) ? role == endpoint.Role ? null : $"is {endpoint.Role}, not {role}"
            : endpoint.Role == Roles.Open ? "is open to everybody and not listed"
            : endpoint.Changes && endpoint.Role is Roles.Read ? "changes something and needs no more than to read"
            : null
        where wrong is not null
        select $"{endpoint} {wrong}";

    private static string PatternOf(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(s => string.Concat(
        s.Parts.Select(p => p is RoutePatternLiteralPart literal ? literal.Content : $"{{{((RoutePatternParameterPart)p).Name}}}"))));
}
