using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>What is forecast under one identifier, now.</summary>
/// <param name="Identifier">Which.</param>
/// <param name="InForce">Its champion; null: nothing was promoted yet.</param>
/// <param name="ScoreboardId">The newest scoreboard of the champion's data.</param>
/// <param name="NewestPipeline">The one started last; null: the champion was promoted under another name than its pipeline's.</param>
/// <param name="Status">How that ended, as its row has it; what has not ended is queued or blocked.</param>
/// <param name="DataCameAt">When the newest file of that pipeline's dataset was stored.</param>
internal sealed record StationView(
    Identifier Identifier,
    ChampionView? InForce,
    ScoreboardId? ScoreboardId,
    PipelineId? NewestPipeline,
    PipelineStatus? Status,
    DateTimeOffset? DataCameAt);
