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

    /// <summary>Puts the model of an earlier version in force again because its live errors are better; the ledger says so.</summary>
    /// <param name="identifier">The station.</param>
    /// <param name="worse">The run that must be in force: another one was not judged.</param>
    /// <param name="better">The run to go back to.</param>
    /// <param name="reason">What the errors say, in a sentence.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="FltsException">409 where the champion is another one by now; 404 or 503 as API.md says.</exception>
    Task<ChampionView> RollBackLiveAsync(
        Identifier identifier, RunId worse, RunId better, string reason, CancellationToken cancellation);
}
