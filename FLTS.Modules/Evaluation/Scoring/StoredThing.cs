using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>What is read from the store.</summary>
/// <param name="What">In words, such as <c>the artifacts of GRU run ...</c>.</param>
/// <param name="RunId">Null for the data.</param>
/// <param name="ConfigHash">Of the data.</param>
/// <param name="Identifier">The station.</param>
internal sealed record StoredThing(string What, RunId? RunId, ConfigHash ConfigHash, Identifier Identifier)
{
    /// <summary>Spreads the pauses of those who wait for different things.</summary>
    public string Seed => RunId?.Value ?? ConfigHash.Value;

    /// <summary>Log lines about it carry its ids.</summary>
    public IDisposable? Scope(ILogger logger) =>
        LogScope.Begin(logger, ("run_id", RunId?.Value), ("config_hash", ConfigHash.Value), ("identifier", Identifier.Value));
}
