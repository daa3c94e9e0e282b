using System.Text.Json;
using FLTS.Modules.Registry.Entities;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>A pipeline with its data and runs, the champion in force and the runs that were rolled back from.</summary>
internal sealed record EvaluationInput(
    PipelineRow Pipeline,
    DatasetStatus Dataset,
    IReadOnlyList<RunRow> Runs,
    ChampionRow? Champion,
    RunRow? ChampionRun,
    IReadOnlySet<string> RolledBack)
{
    /// <summary>
    /// Sequence of a champion that comes of it. A sequence never falls: what superseded an attempt once does so for ever.
    /// </summary>
    public long ChampionSequence => Math.Max(Pipeline.Sequence, Champion?.Sequence ?? 0);

    /// <summary>What an attempt on it is about.</summary>
    public AttemptSubject Subject => new(
        ConfigHash.From(Pipeline.ConfigHash),
        Identifier.From(Pipeline.Identifier),
        PipelineId.From(Pipeline.PipelineId),
        Pipeline.Sequence,
        JsonSerializer.Serialize(Runs.Where(r => r.Status == RunStatus.Succeeded).Select(r => r.RunId).Order(StringComparer.Ordinal)),
        Pipeline.Evaluation);
}
