using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Identities that follow from content (FORECASTING.md 2).</summary>
internal static class PipelineIds
{
    /// <summary>
    /// Lower-case hex SHA-256 over the canonical JSON of <c>config_hash</c>, the identities of the runs, in the order of their types, and
    /// the evaluation policy. Pipelines of before keep the ids that they were given without the policy: a pipeline is found by its runs and
    /// its policy, never by computing this again.
    /// </summary>
    public static PipelineId Of(ConfigHash configHash, IEnumerable<RunRow> runs, EvaluationPolicy policy) => PipelineId.From(
        CanonicalJson.Hash(Content(configHash, runs, policy)));

    private static JsonObject Content(ConfigHash configHash, IEnumerable<RunRow> runs, EvaluationPolicy policy) => new()
    {
        ["config_hash"] = configHash.Value,
        ["runs"] = new JsonArray([.. runs.OrderBy(r => r.ModelType, StringComparer.Ordinal).Select(r => (JsonNode)new JsonObject
        {
            ["model_type"] = r.ModelType,
            ["params_hash"] = r.ParamsHash.Value,
            ["generation"] = r.Generation,
        })]),
        ["evaluation"] = policy.ToJson(),
    };
}
