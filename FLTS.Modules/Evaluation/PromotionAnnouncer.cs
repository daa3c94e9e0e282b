using System.Text.Json;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation;

/// <summary>After the ledger: metrics, pointer files, the event.</summary>
internal sealed partial class PromotionAnnouncer(PointerWriter pointers, IBus bus, ILogger<PromotionAnnouncer> logger)
{
    /// <summary>Counts an attempt that has ended.</summary>
    public static void Count(AttemptOutcome outcome, AttemptTrigger trigger) =>
        FltsMetrics.PromotionAttempts.Add(1, new("outcome", Word(outcome)), new("trigger", Word(trigger)));

    /// <summary>The promotion stands in the ledger: a pointer that cannot be written now is written by the Reconciler, and serving looks at the ledger too.</summary>
    public async Task AnnounceAsync(PromotionPointer pointer, CancellationToken cancellation)
    {
        if (pointer.Score is { } score)
            FltsMetrics.PromotionScore.Record(score, new("identifier", pointer.Identifier), new("model_type", pointer.ModelType));
        FltsMetrics.ChampionInfo.Record(1, new("identifier", pointer.Identifier), new("model_type", pointer.ModelType), new("run_id", pointer.RunId), new("config_hash", pointer.ConfigHash), new("version", pointer.Version));
        try
        {
            await pointers.WriteAsync(pointer, cancellation);
            await bus.Publish(new ModelSelected(pointer), cancellation);
            FaultPoint.Reach("promotion.event-sent");
            LogPublished(logger, pointer.RunId, pointer.ConfigHash, pointer.Identifier, pointer.AttemptId);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotPublished(logger, pointer.RunId, pointer.Identifier, e);
        }
    }

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    [LoggerMessage(EventName = "promotion_publish", Level = LogLevel.Information, Message = "Run {run_id} is in force (config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogPublished(ILogger logger, RunId run_id, ConfigHash config_hash, Identifier identifier, AttemptId attempt_id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {run_id} is in force for {identifier}, but its pointer or event could not be sent; the Reconciler writes the pointer.")]
    private static partial void LogNotPublished(ILogger logger, RunId run_id, Identifier identifier, Exception exception);
}
