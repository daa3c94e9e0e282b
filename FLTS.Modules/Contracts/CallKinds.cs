using Microsoft.AspNetCore.Builder;

namespace FLTS.Modules.Contracts;

/// <summary>What a call is, for the limits of how many a caller may make (section <c>Requests</c>).</summary>
public enum CallKind
{
    /// <summary>What every endpoint is that says nothing.</summary>
    Ordinary,

    /// <summary>A forecast: programs ask for many a second, and what waits for one is bounded by itself.</summary>
    Forecast,

    /// <summary>Rows that are appended: likewise.</summary>
    Append,

    /// <summary>Whoever watches the process asks so, and must be answered above all when there are too many calls.</summary>
    Watch,
}

/// <summary>Endpoint metadata: what its calls are.</summary>
public sealed record CallsOf(CallKind Kind);

/// <summary>Says what calls of an endpoint are.</summary>
public static class CallKindExtensions
{
    public static TBuilder WithCallsOf<TBuilder>(this TBuilder builder, CallKind kind)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new CallsOf(kind));
}
