using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>Reads from the store, again where it hiccups, and keeps what was refused: the attempt tells it.</summary>
internal sealed partial class StoreTries(TimeProvider time, ILogger<StoreTries> logger)
{
    /// <summary>Tries before the caller is told that the store refuses.</summary>
    public const int Limit = 3;

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
            catch (UnavailableException e) when (tries < Limit)
            {
                refusals.Add(new Refusal(time.GetUtcNow(), e.Message));
                using (thing.Scope(logger))
                    LogRetry(logger, thing.What, tries, e.Message);
                await Task.Delay(Backoff.Delay(tries, LongestPause, thing.Seed) / 4, time, cancellation);
            }
        }
    }

    [LoggerMessage(
        EventName = "promotion_artifact_retry",
        Level = LogLevel.Warning,
        Message = "{thing} could not be read (try {try_number}): {reason}")]
    private static partial void LogRetry(ILogger logger, string thing, int try_number, string reason);
}
