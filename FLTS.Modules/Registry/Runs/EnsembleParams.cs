using System.Text.Json.Nodes;
using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Runs;

/// <summary>The hyperparameters of an ENSEMBLE: the identities of the runs that it is made of, so that another one makes another.</summary>
internal static class EnsembleParams
{
    private const string Members = "members";

    /// <summary>The ENSEMBLE of these runs, all of one <c>config_hash</c>.</summary>
    public static PlannedRun Of(IEnumerable<RunRow> members)
    {
        var complete = ForecasterCatalog.Ensemble.Normalise(null);
        complete[Members] = new JsonArray([.. members
            .OrderBy(r => r.ModelType, StringComparer.Ordinal)
            .Select(r => (JsonNode)new JsonObject
            {
                ["model_type"] = r.ModelType,
                ["params_hash"] = r.ParamsHash.Value,
                ["generation"] = r.Generation,
            })]);
        return new PlannedRun(EnsembleFamily.Type, CanonicalJson.Serialize(complete), ParamsHash.From(CanonicalJson.Hash(complete)));
    }

    /// <summary>The identities that its document names.</summary>
    public static IReadOnlyList<(string ModelType, ParamsHash ParamsHash, int Generation)> MembersOf(RunRow ensemble) =>
        [.. (JsonNode.Parse(ensemble.Params)?[Members]?.AsArray() ?? []).Select(m => (
            m!["model_type"]!.GetValue<string>(),
            ParamsHash.From(m["params_hash"]!.GetValue<string>()),
            m["generation"]!.GetValue<int>()))];
}
