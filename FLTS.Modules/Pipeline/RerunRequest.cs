using System.Text.Json;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Pipelines;

namespace FLTS.Modules.Pipeline;

/// <summary>Body of <c>POST /pipelines/{id}/rerun</c>.</summary>
internal static class RerunRequest
{
    /// <summary>The stage that is asked for; <c>train</c> where none is.</summary>
    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static RerunStage Stage(JsonElement? body)
    {
        if (body is not { ValueKind: not JsonValueKind.Null } given)
            return RerunStage.Train;

        return StrictJson.Body(given, " such as {\"stage\": \"train\"}, or empty").AllowOnly("stage").Word<RerunStage>("stage")
            ?? RerunStage.Train;
    }
}
