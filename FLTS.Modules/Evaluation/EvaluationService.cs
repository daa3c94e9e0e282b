using System.Text.Json.Nodes;
using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Ledger;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation;

/// <summary>Brings a pipeline whose runs are settled to its end: verify, score, decide, write, point, announce.</summary>
internal sealed partial class EvaluationService(
    EvaluationInputs inputs,
    PromotionLedger ledger,
    Assessor assessor,
    PromotionAnnouncer announcer,
    ILeases leases,
    TimeProvider time,
    ILogger<EvaluationService> logger)
{
    private const double MaxRetrySeconds = 60;

    /// <summary>Workers that may die over one evaluation before the pipeline fails for good.</summary>
    private const int MaxDeaths = 3;

    public async Task EvaluateAsync(PipelineId pipelineId, EvaluationWake wake, CancellationToken cancellation)
    {
        if (await inputs.ReadAsync(pipelineId, cancellation) is not { } seen || !IsSettled(seen))
            return;

        await using var keeper = await LeaseKeeper.TryAcquireAsync(leases, LeaseKind.Pipeline, pipelineId.Value, time, logger, cancellation);
        if (keeper is null || await inputs.ReadAsync(pipelineId, cancellation) is not { } input || !IsSettled(input))
            return;

        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellation, keeper.Lost);
        PromotionAttemptRow? attempt = null;
        var refusals = new List<Refusal>();
        try
        {
            await ledger.BeginAsync(keeper.Lease, working.Token);
            FaultPoint.Reach("evaluate.begun");
            attempt = await ledger.OpenAttemptAsync(input, wake, working.Token);
            FaultPoint.Reach("evaluate.attempt-opened");
            if (input.Pipeline.Deaths >= MaxDeaths)
                throw new InvalidInputException($"worker died {MaxDeaths} times");

            await EvaluateAsync(keeper.Lease, input, attempt, refusals, working.Token);
        }
        catch (OperationCanceledException) when (working.IsCancellationRequested)
        {
            LogStopped(logger, pipelineId);
        }
        catch (FltsException e) when (attempt is not null && e is not UnavailableException)
        {
            // What is stored is wrong: no later try can do better.
            await ConcludeAsync(keeper.Lease, input, attempt, Assessment.Failed(e.Message), refusals, cancellation);
        }
        catch (Exception e) when (attempt is not null)
        {
            // Whatever it is, it is not lost: the pipeline says what it waits for and is tried again.
            var next = time.GetUtcNow() + Backoff.Delay(input.Pipeline.Tries + 1, MaxRetrySeconds, pipelineId.Value);
            await ledger.BlockAsync(keeper.Lease, input, attempt, [.. refusals, new Refusal(time.GetUtcNow(), e.Message)], next, cancellation);
            if (attempt.Outcome != AttemptOutcome.Blocked)
                PromotionAnnouncer.Count(AttemptOutcome.Blocked, attempt.Trigger); // Once an attempt: how it ends counts as well.
            LogBlocked(logger, pipelineId, input.Pipeline.ConfigHash, input.Pipeline.Identifier, attempt.AttemptId, e.Message, next, e is FltsException ? null : e);
        }
    }

    private bool IsSettled(EvaluationInput input)
    {
        // By the rule of the Reconciler: what an event that comes twice or late asks for is not done before its time.
        if (RunRules.CanBeEvaluated(input.Pipeline, input.Dataset, input.Runs))
            return true;

        var waiting = input.Runs.Where(r => !RunRules.IsSettled(r, input.Pipeline)).Select(r => r.ModelType).ToList();
        var have = input.Runs.Select(r => r.ModelType).Except(waiting, StringComparer.Ordinal);
        LogWaiting(logger, input.Pipeline.PipelineId, input.Pipeline.ConfigHash, input.Pipeline.Identifier, string.Join(", ", have), string.Join(", ", waiting), input.Pipeline.ExpectedModelTypes);
        return false;
    }

    private async Task EvaluateAsync(Lease lease, EvaluationInput input, PromotionAttemptRow attempt, List<Refusal> refusals, CancellationToken cancellation)
    {
        var clock = time.GetTimestamp();
        var pipeline = input.Pipeline;
        var policy = EvaluationPolicy.Parse(JsonNode.Parse(pipeline.Evaluation)!.AsObject());
        using var scope = LogScope.Begin(
            logger,
            ("pipeline_id", pipeline.PipelineId.Value),
            ("config_hash", pipeline.ConfigHash.Value),
            ("identifier", pipeline.Identifier.Value),
            ("attempt_id", attempt.AttemptId.Value));
        LogStart(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, attempt.AttemptId);
        if (input.Runs.All(r => r.Status == RunStatus.Succeeded))
            LogAllPresent(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier);

        var order = new AssessmentOrder(input, policy, attempt.AttemptId, Force: false, refusals);
        var assessment = await assessor.AssessAsync(order, cancellation);
        if (assessment.Corrupt.Count > 0)
        {
            // The rows say it now; whether they are trained once more or missing is decided from the rows.
            foreach (var (run, reason) in assessment.Corrupt)
            {
                await ledger.InvalidateAsync(lease, attempt, run, reason, refusals, cancellation);
                refusals.Clear();
                LogInvalid(logger, run.ModelType, run.RunId, run.ConfigHash, run.Identifier, attempt.AttemptId, reason);
            }

            return;
        }

        await ConcludeAsync(lease, input, attempt, assessment, refusals, cancellation);
        var seconds = time.GetElapsedTime(clock).TotalSeconds;
        FltsMetrics.PromotionDuration.Record(seconds);
        FltsMetrics.StageDuration.Record(seconds, new KeyValuePair<string, object?>("stage", "evaluate"));
    }

    private async Task ConcludeAsync(Lease lease, EvaluationInput input, PromotionAttemptRow attempt, Assessment assessment, List<Refusal> refusals, CancellationToken cancellation)
    {
        var (pipeline, result) = (input.Pipeline, assessment.Result);
        if (!await ledger.ConcludeAsync(lease, input, attempt, assessment.Conclude(refusals), cancellation))
        {
            // Somebody else promoted or took over meanwhile: the Reconciler comes again and compares with what is in force then.
            LogDuplicate(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, attempt.AttemptId);
            return;
        }

        LogDecision(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, attempt.AttemptId, result.Decision.Outcome, result.Decision.SelectedRunId, result.Decision.Reason);
        if (result.Decision.Outcome == AttemptOutcome.KeptChampion)
            LogKept(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, attempt.AttemptId, result.Decision.Reason);

        PromotionAnnouncer.Count(result.Decision.Outcome, attempt.Trigger);
        if (result.Pointer is { } pointer)
            await announcer.AnnounceAsync(pointer, cancellation);
    }

    [LoggerMessage(EventName = "promotion_start", Level = LogLevel.Information, Message = "Evaluating pipeline {pipeline_id} (config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogStart(ILogger logger, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier, AttemptId attempt_id);

    [LoggerMessage(EventName = "promotion_waiting_for_models", Level = LogLevel.Information, Message = "Pipeline {pipeline_id} has {have}, waits for {missing}, expects {expected} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogWaiting(ILogger logger, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier, string have, string missing, string expected);

    [LoggerMessage(EventName = "promotion_all_models_present", Level = LogLevel.Information, Message = "All models of pipeline {pipeline_id} are there (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogAllPresent(ILogger logger, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier);

    [LoggerMessage(EventName = "promotion_decision", Level = LogLevel.Information, Message = "{outcome}: {reason} (run_id {run_id}, pipeline_id {pipeline_id}, config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogDecision(ILogger logger, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier, AttemptId attempt_id, AttemptOutcome outcome, RunId? run_id, string reason);

    [LoggerMessage(EventName = "promotion_kept_champion", Level = LogLevel.Information, Message = "The champion stays: {reason} (pipeline_id {pipeline_id}, config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogKept(ILogger logger, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier, AttemptId attempt_id, string reason);

    [LoggerMessage(EventName = "promotion_duplicate", Level = LogLevel.Information, Message = "Pipeline {pipeline_id} was overtaken while it was evaluated; it is looked at again (config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogDuplicate(ILogger logger, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier, AttemptId attempt_id);

    [LoggerMessage(EventName = "promotion_artifact_corrupt", Level = LogLevel.Error, Message = "{model_type} run {run_id} is invalid: {reason} (config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogInvalid(ILogger logger, string model_type, RunId run_id, ConfigHash config_hash, Identifier identifier, AttemptId attempt_id, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pipeline {pipeline_id} is blocked: {reason} Next try at {next_try} (config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogBlocked(ILogger logger, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier, AttemptId attempt_id, string reason, DateTimeOffset next_try, Exception? exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The evaluation of pipeline {pipeline_id} was stopped before its end")]
    private static partial void LogStopped(ILogger logger, PipelineId pipeline_id);
}
