using Microsoft.AspNetCore.Builder;

namespace FLTS.Modules.Contracts;

/// <summary>What a caller may do (API.md). <c>admin</c> may do all.</summary>
public static class Roles
{
    public const string Read = "read";
    public const string Predict = "predict";
    public const string Train = "train";
    public const string Promote = "promote";
    public const string Admin = "admin";

    /// <summary>Says which role an endpoint needs; one that says nothing needs <see cref="Admin"/>.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder builder, string role)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequiredRole(role));
}

/// <summary>Endpoint metadata: the role a caller needs.</summary>
public sealed record RequiredRole(string Role);
