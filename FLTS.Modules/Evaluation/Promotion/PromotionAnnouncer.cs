using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Ledger;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>After the ledger: metrics, pointer files, the event.</summary>
internal sealed partial class PromotionAnnouncer(PointerFiles pointers, IBus bus, ILogger<PromotionAnnouncer> logger)
{
    /// <summary>Counts an attempt that has ended.</summary>
    public static void Count(AttemptOutcome outcome, AttemptTrigger trigger) =>
        FltsMetrics.PromotionAttempts.Add(1, new("outcome", SnakeCase.Of(outcome)), new("trigger", SnakeCase.Of(trigger)));

    /// <summary>
    /// The promotion stands in the ledger: a pointer that cannot be written now is written by the Reconciler, and serving looks at the
    /// ledger too.
    /// </summary>
    public async Task AnnounceAsync(PromotionPointer pointer, CancellationToken cancellation)
    {
        if (pointer.Score is { } score)
            FltsMetrics.PromotionScore.Record(score, new("identifier", pointer.Identifier.Value), new("model_type", pointer.ModelType));

        FltsMetrics.ChampionInfo.Record(
            1,
            new("identifier", pointer.Identifier.Value),
            new("model_type", pointer.ModelType),
            new("run_id", pointer.RunId.Value),
            new("config_hash", pointer.ConfigHash.Value),
            new("version", pointer.Version));
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
