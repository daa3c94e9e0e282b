using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FLTS.Modules.Contracts;

/// <summary>An id: text that may not be taken for another kind of id. Written to JSON, rows, addresses and logs as its text.</summary>
/// <typeparam name="TSelf">The kind.</typeparam>
public interface IId<TSelf>
    where TSelf : struct, IId<TSelf>
{
    /// <summary>The text.</summary>
    string Value { get; }

    /// <summary>The id of a text, as it is.</summary>
    static abstract TSelf From(string value);
}

/// <summary>Lower-case hex SHA-256 of everything that determines processed data (FORECASTING.md 2).</summary>
[JsonConverter(typeof(IdJson<ConfigHash>))]
public readonly record struct ConfigHash(string Value) : IId<ConfigHash>
{
    public static ConfigHash From(string value) => new(value);

    public static bool TryParse(string? text, out ConfigHash id) => Ids.TryRead(text, out id);

    public override string ToString() => Value;
}

/// <summary>Lower-case hex SHA-256 of a run's hyperparameters and seed.</summary>
[JsonConverter(typeof(IdJson<ParamsHash>))]
public readonly record struct ParamsHash(string Value) : IId<ParamsHash>
{
    public static ParamsHash From(string value) => new(value);

    public static bool TryParse(string? text, out ParamsHash id) => Ids.TryRead(text, out id);

    public override string ToString() => Value;
}

/// <summary>One training.</summary>
[JsonConverter(typeof(IdJson<RunId>))]
public readonly record struct RunId(string Value) : IId<RunId>
{
    public static RunId From(string value) => new(value);

    public static bool TryParse(string? text, out RunId id) => Ids.TryRead(text, out id);

    public override string ToString() => Value;
}

/// <summary>One posted pipeline.</summary>
[JsonConverter(typeof(IdJson<PipelineId>))]
public readonly record struct PipelineId(string Value) : IId<PipelineId>
{
    public static PipelineId From(string value) => new(value);

    public static bool TryParse(string? text, out PipelineId id) => Ids.TryRead(text, out id);

    public override string ToString() => Value;
}

/// <summary>The station that data, models and champions belong to.</summary>
[JsonConverter(typeof(IdJson<Identifier>))]
public readonly record struct Identifier(string Value) : IId<Identifier>
{
    public static Identifier From(string value) => new(value);

    public static bool TryParse(string? text, out Identifier id) => Ids.TryRead(text, out id);

    public override string ToString() => Value;
}

/// <summary>One try to promote.</summary>
[JsonConverter(typeof(IdJson<AttemptId>))]
public readonly record struct AttemptId(string Value) : IId<AttemptId>
{
    public static AttemptId From(string value) => new(value);

    public static bool TryParse(string? text, out AttemptId id) => Ids.TryRead(text, out id);

    public override string ToString() => Value;
}

/// <summary>A scoreboard that was kept.</summary>
[JsonConverter(typeof(IdJson<ScoreboardId>))]
public readonly record struct ScoreboardId(string Value) : IId<ScoreboardId>
{
    public static ScoreboardId From(string value) => new(value);

    public static bool TryParse(string? text, out ScoreboardId id) => Ids.TryRead(text, out id);

    public override string ToString() => Value;
}

/// <summary>A model over a span, compared with what came true: hash of what was asked.</summary>
[JsonConverter(typeof(IdJson<BacktestId>))]
public readonly record struct BacktestId(string Value) : IId<BacktestId>
{
    public static BacktestId From(string value) => new(value);

    public static bool TryParse(string? text, out BacktestId id) => Ids.TryRead(text, out id);

    public override string ToString() => Value;
}

/// <summary>The name of a source dataset: <c>name.csv</c>.</summary>
[JsonConverter(typeof(IdJson<DatasetName>))]
public readonly record struct DatasetName(string Value) : IId<DatasetName>
{
    public static DatasetName From(string value) => new(value);

    public static bool TryParse(string? text, out DatasetName id) => Ids.TryRead(text, out id);

    public override string ToString() => Value;
}

/// <summary>The name of a schedule.</summary>
[JsonConverter(typeof(IdJson<ScheduleName>))]
public readonly record struct ScheduleName(string Value) : IId<ScheduleName>
{
    public static ScheduleName From(string value) => new(value);

    public static bool TryParse(string? text, out ScheduleName id) => Ids.TryRead(text, out id);

    public override string ToString() => Value;
}

internal static class Ids
{
    /// <summary>
    /// For route and query parameters: any text as it is, even an empty one. Whether there is such a thing, the rows say.
    /// </summary>
    public static bool TryRead<TId>([NotNullWhen(true)] string? text, out TId id)
        where TId : struct, IId<TId>
    {
        id = text is null ? default : TId.From(text);
        return text is not null;
    }
}

/// <summary>An id as a JSON string, also as the name of a member.</summary>
internal sealed class IdJson<TId> : JsonConverter<TId>
    where TId : struct, IId<TId>
{
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TId.From(reader.GetString() ?? throw new JsonException($"A {typeof(TId).Name} is text, not null."));

    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TId.From(reader.GetString()!);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);
}
