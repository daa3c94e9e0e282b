using Microsoft.AspNetCore.Builder;

namespace FLTS.Modules.Contracts;

/// <summary>Endpoint metadata: an example of an answer, shown in the OpenAPI document.</summary>
public sealed record EndpointExample(object Value, int Status = 200);

/// <summary>Endpoint metadata: an example of a request body.</summary>
public sealed record RequestExample(object Value);

/// <summary>Attaches examples to endpoints.</summary>
public static class OpenApiExamples
{
    public static TBuilder WithExample<TBuilder>(this TBuilder builder, object value, int status = 200)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new EndpointExample(value, status));

    public static TBuilder WithRequestExample<TBuilder>(this TBuilder builder, object value)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestExample(value));
}
