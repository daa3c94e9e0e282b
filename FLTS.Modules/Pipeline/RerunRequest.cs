using System.Text.Json;
using FLTS.Modules.Registry.Pipelines;

namespace FLTS.Modules.Pipeline;

/// <summary>Body of <c>POST /pipelines/{id}/rerun</c>.</summary>
internal static class RerunRequest
{
    /// <summary>The stage that is asked for; <c>train</c> where none is.</summary>
    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static RerunStage Stage(JsonElement? body)
    {
        if (body is null or { ValueKind: JsonValueKind.Null })
            return RerunStage.Train;
        if (body is not { ValueKind: JsonValueKind.Object } given)
            throw new InvalidInputException("The body must be a JSON object such as {\"stage\": \"train\"}, or empty.");
        if (given.EnumerateObject().FirstOrDefault(p => p.Name != "stage") is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
            throw new InvalidInputException($"Unknown field '{unknown.Name}'; known is stage.");
        if (!given.TryGetProperty("stage", out var stage) || stage.ValueKind == JsonValueKind.Null)
            return RerunStage.Train;

        return stage.ValueKind == JsonValueKind.String && SnakeCase.TryParse<RerunStage>(stage.GetString()!) is { } known
            ? known
            : throw new InvalidInputException(
                $"'stage' is {stage.GetRawText()}; it must be one of {string.Join(", ", SnakeCase.All<RerunStage>())}.");
    }
}
