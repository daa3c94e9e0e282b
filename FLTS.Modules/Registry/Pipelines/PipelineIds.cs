using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Identities that follow from content (FORECASTING.md 2).</summary>
internal static class PipelineIds
{
    /// <summary>
    /// Lower-case hex SHA-256 over the canonical JSON of <c>config_hash</c> and the identities of the runs, in the order of their types.
    /// </summary>
    public static PipelineId Of(ConfigHash configHash, IEnumerable<RunRow> runs) => PipelineId.From(CanonicalJson.Hash(new JsonObject
    {
        ["config_hash"] = configHash.Value,
        ["runs"] = new JsonArray([.. runs.OrderBy(r => r.ModelType, StringComparer.Ordinal).Select(r => (JsonNode)new JsonObject
        {
            ["model_type"] = r.ModelType,
            ["params_hash"] = r.ParamsHash.Value,
            ["generation"] = r.Generation,
        })]),
    }));
}
