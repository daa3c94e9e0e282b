using System.Text.Json.Nodes;
using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation;

/// <summary>Brings a pipeline whose runs are settled to its end: verify, score, decide, write, point, announce.</summary>
internal sealed partial class EvaluationService(
    EvaluateStep step,
    EvaluationInputs inputs,
    PromotionLedger ledger,
    Assessor assessor,
    PromotionAnnouncer announcer,
    EvaluationLanes lanes,
    ILogger<EvaluationService> logger) : StepWork<PipelineRow>(step)
{
    private EvaluationInput? _input;
    private bool _hasTurn;
    private PromotionAttemptRow? _attempt;

    /// <summary>By the rule of the Reconciler: what an event that comes twice or late asks for is not done before its time.</summary>
    public override async Task<bool> IsReadyAsync(PipelineRow row, CancellationToken cancellation)
    {
        if (!_hasTurn && lanes.IsWaiting(row.PipelineId.Value))
            return false; // Another job of the same pipeline waits for its turn, and looks again when it has it.

        _input = await inputs.ReadAsync(row.PipelineId, cancellation);
        if (_input is null || RunRules.CanBeEvaluated(_input.Pipeline, _input.Dataset, _input.Runs))
            return _input is not null;

        var waiting = _input.Runs.Where(r => !RunRules.IsSettled(r, _input.Pipeline)).Select(r => r.ModelType).ToList();
        var have = _input.Runs.Select(r => r.ModelType).Except(waiting, StringComparer.Ordinal);
        LogWaiting(logger, string.Join(", ", have), string.Join(", ", waiting), _input.Pipeline.ExpectedModelTypes);
        return false;
    }

    /// <summary>Waits for a lane by what the references alone will take: a regression on ten lags of every column.</summary>
    public override async Task<IDisposable?> EnterAsync(PipelineRow row, CancellationToken cancellation)
    {
        double rows = _input!.Rows, features = 10.0 * _input.Columns;
        var turn = await lanes.EnterAsync(row.PipelineId.Value, rows * features * Math.Min(rows, features) / 2, cancellation);
        _hasTurn = true; // Whoever waits now finds the lease taken: who has it may not leave the work to them.
        return turn;
    }

    public override async Task DoAsync(Execution<PipelineRow> execution)
    {
        var input = _input!;
        TakenAwayException.Unless(await step.BeginAsync(execution.Lease, execution.Working));
        FaultPoint.Reach("evaluate.begun");
        var attempt = await OpenAttemptAsync(execution, execution.Working);
        FaultPoint.Reach("evaluate.attempt-opened");
        var began = announcer.Begin();
        var policy = EvaluationPolicy.Parse(JsonNode.Parse(input.Pipeline.Evaluation)!.AsObject());
        LogStart(logger);
        if (input.Runs.All(r => r.Status == RunStatus.Succeeded))
            LogAllPresent(logger);

        var assessment = await assessor.AssessAsync(
            new AssessmentOrder(input, policy, attempt.AttemptId, Force: false, execution.Refusals), execution.Working);
        if (assessment.Corrupt.Count > 0)
        {
            await InvalidateAsync(execution, attempt, assessment.Corrupt);
            return;
        }

        await ConcludeAsync(execution, attempt, assessment, execution.Working);
        announcer.Evaluated(began);
    }

    /// <summary>Blocked; counted once an attempt: how it ends counts as well.</summary>
    public override async Task<bool> PostponeAsync(Execution<PipelineRow> execution, Postponement postponed)
    {
        var isBlocked = await base.PostponeAsync(execution, postponed);
        if (isBlocked && _attempt is { } attempt && attempt.Outcome != AttemptOutcome.Blocked)
            announcer.Count(AttemptOutcome.Blocked, attempt.Trigger);

        return isBlocked;
    }

    /// <summary>The attempt tells what made it fail, with the pipeline.</summary>
    public override async Task<bool> FailAsync(Execution<PipelineRow> execution, string reason) =>
        await ConcludeAsync(execution, await OpenAttemptAsync(execution, execution.Process), Assessment.Failed(reason), execution.Process);

    private async Task<PromotionAttemptRow> OpenAttemptAsync(Execution<PipelineRow> execution, CancellationToken cancellation)
    {
        _attempt ??= await ledger.OpenAttemptAsync(_input!, execution.Wake, cancellation);
        execution.Tell("attempt_id", _attempt.AttemptId.Value);
        return _attempt;
    }

    /// <summary>The rows say it now; whether the runs are trained once more or missing is decided from the rows.</summary>
    private async Task InvalidateAsync(Execution<PipelineRow> execution, PromotionAttemptRow attempt, IReadOnlyList<CorruptRun> corrupt)
    {
        foreach (var (run, reason) in corrupt)
        {
            await ledger.InvalidateAsync(execution.Lease, attempt, run, reason, execution.Refusals, execution.Working);
            execution.Refusals.Clear();
            LogInvalid(logger, run.ModelType, run.RunId, reason);
        }
    }

    private async Task<bool> ConcludeAsync(
        Execution<PipelineRow> execution, PromotionAttemptRow attempt, Assessment assessment, CancellationToken cancellation)
    {
        assessment = assessment.UnlessOvertaken(_input!);
        var result = assessment.Result;
        if (!await ledger.ConcludeAsync(execution.Lease, _input!, attempt, assessment.Conclude(execution.Refusals), cancellation))
        {
            // Somebody else promoted or took over meanwhile: the Reconciler comes again and compares with what is in force then.
            LogDuplicate(logger);
            return false;
        }

        LogDecision(logger, result.Decision.Outcome, result.Decision.Reason, result.Decision.SelectedRunId);
        if (result.Decision.Outcome == AttemptOutcome.KeptChampion)
            LogKept(logger, result.Decision.Reason);

        announcer.Count(result.Decision.Outcome, attempt.Trigger);
        if (result.Pointer is { } pointer)
            await announcer.AnnounceAsync(pointer, cancellation);

        return true;
    }

    [LoggerMessage(EventName = "promotion_start", Level = LogLevel.Information, Message = "Evaluation begins")]
    private static partial void LogStart(ILogger logger);

    [LoggerMessage(
        EventName = "promotion_waiting_for_models",
        Level = LogLevel.Information,
        Message = "The pipeline has {have}, waits for {missing}, expects {expected}")]
    private static partial void LogWaiting(ILogger logger, string have, string missing, string expected);

    [LoggerMessage(
        EventName = "promotion_all_models_present", Level = LogLevel.Information, Message = "All models of the pipeline are there")]
    private static partial void LogAllPresent(ILogger logger);

    // The run that was selected is no id of the scope.
    [LoggerMessage(EventName = "promotion_decision", Level = LogLevel.Information, Message = "{outcome}: {reason} (run_id {run_id})")]
    private static partial void LogDecision(ILogger logger, AttemptOutcome outcome, string reason, RunId? run_id);

    [LoggerMessage(EventName = "promotion_kept_champion", Level = LogLevel.Information, Message = "The champion stays: {reason}")]
    private static partial void LogKept(ILogger logger, string reason);

    [LoggerMessage(
        EventName = "promotion_duplicate",
        Level = LogLevel.Information,
        Message = "The pipeline was overtaken while it was evaluated; it is looked at again")]
    private static partial void LogDuplicate(ILogger logger);

    [LoggerMessage(
        EventName = "promotion_artifact_corrupt", Level = LogLevel.Error, Message = "{model_type} run {run_id} is invalid: {reason}")]
    private static partial void LogInvalid(ILogger logger, string model_type, RunId run_id, string reason);
}
