using System.Text.Json;
using FLTS.Modules.Registry.Ledger;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>Reads the bodies of commands and hands them to who carries them out.</summary>
internal sealed class PromotionCommands(PromoteService promotions, RollbackService rollbacks) : IPromotionCommands
{
    public Task<PromoteAnswer> PromoteAsync(JsonElement body, string? idempotencyKey, CancellationToken cancellation) =>
        promotions.PromoteAsync(PromoteRequest.Parse(body), idempotencyKey, cancellation);

    public Task<ChampionView> RollBackAsync(Identifier identifier, JsonElement? body, CancellationToken cancellation) =>
        rollbacks.RollBackAsync(identifier, RollbackRequest.Parse(body), cancellation);

    public Task<ChampionView> RollBackLiveAsync(
        Identifier identifier, RunId worse, RunId better, string reason, CancellationToken cancellation) =>
        rollbacks.RollBackLiveAsync(identifier, worse, better, reason, cancellation);
}
