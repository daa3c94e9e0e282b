using FLTS.Modules.Registry;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation;

/// <summary>What is read from the store.</summary>
/// <param name="What">In words, such as <c>the artifacts of GRU run ...</c>.</param>
/// <param name="RunId">Null for the data.</param>
/// <param name="ConfigHash">Of the data.</param>
/// <param name="Identifier">The station.</param>
internal sealed record StoredThing(string What, RunId? RunId, ConfigHash ConfigHash, Identifier Identifier);

/// <summary>Reads from the store, again where it hiccups, and keeps what was refused: the attempt tells it.</summary>
internal sealed partial class StoreTries(TimeProvider time, ILogger<StoreTries> logger)
{
    /// <summary>Tries before the caller is told that the store refuses.</summary>
    public const int Most = 3;

    /// <summary>Longest pause between two of them in seconds.</summary>
    private const double LongestPause = 2;

    /// <param name="thing">What is read, for the log.</param>
    /// <param name="refusals">Gets every refusal but the last one, which is thrown.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="cancellation">Ends the pauses too.</param>
    /// <exception cref="UnavailableException">The store refused three times.</exception>
    public async Task<T> ReadAsync<T>(StoredThing thing, ICollection<Refusal> refusals, Func<Task<T>> read, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await read();
            }
            catch (UnavailableException e) when (tries < Most)
            {
                refusals.Add(new Refusal(time.GetUtcNow(), e.Message));
                LogRetry(logger, thing.What, thing.RunId, thing.ConfigHash, thing.Identifier, tries, e.Message);
                await Task.Delay(Backoff.Delay(tries, LongestPause, thing.RunId?.Value ?? thing.ConfigHash.Value) / 4, time, cancellation);
            }
        }
    }

    [LoggerMessage(EventName = "promotion_artifact_retry", Level = LogLevel.Warning, Message = "{thing} could not be read (try {try_number}): {reason} (run_id {run_id}, config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogRetry(ILogger logger, string thing, RunId? run_id, ConfigHash config_hash, Identifier identifier, int try_number, string reason);
}
