using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>What a request names to be promoted: exactly one of the first three.</summary>
/// <param name="ConfigHash">The newest pipeline of this data.</param>
/// <param name="PipelineId">This pipeline.</param>
/// <param name="RunIds">These runs, of one config_hash.</param>
/// <param name="Identifier">Whose they must be; null: whoever's they are.</param>
internal sealed record PromotionTarget(ConfigHash? ConfigHash, PipelineId? PipelineId, IReadOnlyList<RunId>? RunIds, Identifier? Identifier)
{
    /// <summary>Runs that are named must have a model; those of a pipeline must have ended.</summary>
    /// <exception cref="ConflictException">Models are missing; names them.</exception>
    public void RequireModels(IReadOnlyList<RunRow> runs)
    {
        var missing = runs.Where(r => RunIds is null ? !RunRules.HasEnded(r.Status) : r.Status != RunStatus.Succeeded).ToList();
        if (missing.Count == 0)
            return;

        var named = string.Join(", ", missing.Select(r => $"{r.ModelType} run {r.RunId} is {SnakeCase.Of(r.Status)}"));
        throw new ConflictException($"Models are missing: {named}.") { Details = { ["missing"] = missing.Select(r => r.RunId).ToList() } };
    }
}
