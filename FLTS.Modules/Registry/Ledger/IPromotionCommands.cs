using System.Text.Json;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Commands on promotions and champions: of the module that evaluates, where this process has it.</summary>
internal interface IPromotionCommands
{
    /// <summary>Evaluates and promotes what a body names, from what is stored.</summary>
    /// <exception cref="FltsException">404, 409, 422 or 503 as API.md says.</exception>
    Task<PromoteAnswer> PromoteAsync(JsonElement body, string? idempotencyKey, CancellationToken cancellation);

    /// <summary>Puts an earlier champion in force again.</summary>
    /// <exception cref="FltsException">404, 409, 422 or 503 as API.md says.</exception>
    Task<ChampionView> RollBackAsync(Identifier identifier, JsonElement? body, CancellationToken cancellation);
}
