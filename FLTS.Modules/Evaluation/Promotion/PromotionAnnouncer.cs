using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>After the ledger: metrics, pointer files, the event.</summary>
internal sealed partial class PromotionAnnouncer(
    PointerFiles pointers, IBus bus, PromotionMetrics metrics, ILogger<PromotionAnnouncer> logger)
{
    /// <summary>Counts an attempt that has ended, or is blocked.</summary>
    public void Count(AttemptOutcome outcome, AttemptTrigger trigger) => metrics.Count(outcome, trigger);

    /// <param name="seconds">That one evaluation took.</param>
    public void Evaluated(double seconds) => metrics.Evaluated(seconds);

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
            await bus.Publish(new ModelSelected(pointer), cancellation);
            FaultPoint.Reach("promotion.event-sent");
            LogPublished(logger);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotPublished(logger, e);
        }
    }

    [LoggerMessage(EventName = "promotion_publish", Level = LogLevel.Information, Message = "The new champion is in force")]
    private static partial void LogPublished(ILogger logger);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The new champion is in force, but its pointer or event could not be sent; the Reconciler writes the pointer.")]
    private static partial void LogNotPublished(ILogger logger, Exception exception);
}
