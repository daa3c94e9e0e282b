using Microsoft.AspNetCore.Builder;

namespace FLTS.Modules.Contracts;

/// <summary>Endpoint metadata: what the JSON body looks like that an endpoint reads by itself, for the OpenAPI document.</summary>
public sealed record RequestShape(Type Type);

/// <summary>Endpoint metadata: what an answer looks like that is kept as JSON.</summary>
public sealed record AnswerShape(Type Type);

/// <summary>Endpoint metadata: the answer is a file, whose bytes the document does not describe.</summary>
public sealed record FileAnswer(string ContentType);

/// <summary>Endpoint metadata: an example of a body or an answer as CSV.</summary>
public sealed record CsvExample(string Text);

/// <summary>What a member looks like that is kept as JSON.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ShapeAttribute(Type type) : Attribute
{
    public Type Type => type;
}

/// <summary>Of a type: it has more members than those that are named, each a number or null, or text where that may be.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MoreMembersAttribute : Attribute
{
    public bool MayBeText { get; init; }
}

/// <summary>Shape of a value of a row: a number, text or null.</summary>
public sealed class CellShape;

/// <summary>Shape of a number or a list of them.</summary>
public sealed class NumbersShape;

/// <summary>Shape of two numbers, the low and the high one, or null.</summary>
public sealed class PairShape;

/// <summary>Says what is read and answered as JSON.</summary>
public static class OpenApiShapes
{
    public static TBuilder WithShapes<TBuilder>(this TBuilder builder, Type? body = null, Type? answer = null)
        where TBuilder : IEndpointConventionBuilder
    {
        if (body is not null)
            builder.WithMetadata(new RequestShape(body));
        if (answer is not null)
            builder.WithMetadata(new AnswerShape(answer));
        return builder;
    }

    public static TBuilder WithFile<TBuilder>(this TBuilder builder, string contentType)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new FileAnswer(contentType));

    public static TBuilder WithCsvExample<TBuilder>(this TBuilder builder, string text)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new CsvExample(text));
}
