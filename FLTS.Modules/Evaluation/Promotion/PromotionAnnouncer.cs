using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>After the ledger: metrics, pointer files, the event.</summary>
internal sealed partial class PromotionAnnouncer(
    PointerFiles pointers, EventPublisher publisher, PromotionMetrics metrics, TimeProvider time, ILogger<PromotionAnnouncer> logger)
{
    /// <summary>Counts an attempt that has ended, or is blocked.</summary>
    public void Count(AttemptOutcome outcome, AttemptTrigger trigger) => metrics.Count(outcome, trigger);

    /// <summary>An evaluation begins; what it returns is told when it ends.</summary>
    public long Begin() => time.GetTimestamp();

    /// <param name="began">As <see cref="Begin"/> gave it.</param>
    public void Evaluated(long began) => metrics.Evaluated(time.GetElapsedTime(began).TotalSeconds);

    /// <summary>
    /// The promotion stands in the ledger: a pointer that cannot be written now is written by the Reconciler, and serving looks at the
    /// ledger too.
    /// </summary>
    public async Task AnnounceAsync(PromotionPointer pointer, CancellationToken cancellation)
    {
        using var scope = LogScope.Begin(
            logger,
            ("run_id", pointer.RunId.Value),
            ("config_hash", pointer.ConfigHash.Value),
            ("identifier", pointer.Identifier.Value),
            ("attempt_id", pointer.AttemptId.Value));
        try
        {
            await pointers.WriteAsync(pointer, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotWritten(logger, e);
        }

        if (await publisher.PublishAsync(new ModelSelected(pointer), cancellation))
            LogPublished(logger);
        FaultPoint.Reach("promotion.event-sent");
    }

    [LoggerMessage(EventName = "promotion_publish", Level = LogLevel.Information, Message = "The new champion is in force")]
    private static partial void LogPublished(ILogger logger);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The new champion is in force, but its pointer could not be written now; the Reconciler writes it.")]
    private static partial void LogNotWritten(ILogger logger, Exception exception);
}
