using System.Diagnostics;
using System.Text.Json.Nodes;
using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting;
using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation;

/// <summary>Brings a pipeline whose runs are settled to its end: verify, score, decide, write, point, announce.</summary>
internal sealed partial class EvaluationService(
    EvaluationStore store,
    CandidateVerifier verifier,
    ModelLoader loader,
    IProcessedData data,
    PointerWriter pointers,
    ILeases leases,
    IBus bus,
    TimeProvider time,
    ILogger<EvaluationService> logger)
{
    private const double MaxRetrySeconds = 60;

    public async Task EvaluateAsync(string pipelineId, CancellationToken cancellation)
    {
        if (await store.ReadAsync(pipelineId, cancellation) is not { } seen || !IsSettled(seen))
            return;

        await using var keeper = await LeaseKeeper.TryAcquireAsync(leases, LeaseKind.Pipeline, pipelineId, time, logger, cancellation);
        if (keeper is null || await store.ReadAsync(pipelineId, cancellation) is not { } input || !IsSettled(input))
            return;

        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellation, keeper.Lost);
        PromotionAttemptRow? attempt = null;
        try
        {
            await store.BeginAsync(keeper.Lease, working.Token);
            attempt = await store.OpenAttemptAsync(input, working.Token);
            await EvaluateAsync(keeper.Lease, input, attempt, working.Token);
        }
        catch (OperationCanceledException) when (working.IsCancellationRequested)
        {
            LogStopped(logger, pipelineId);
        }
        catch (Exception e) when (attempt is not null)
        {
            // Whatever it is, it is not lost: the pipeline says what it waits for and is tried again.
            var next = time.GetUtcNow() + Backoff.Delay(input.Pipeline.Tries + 1, MaxRetrySeconds, pipelineId);
            await store.BlockAsync(keeper.Lease, attempt, e.Message, next, cancellation);
            LogBlocked(logger, pipelineId, input.Pipeline.ConfigHash, input.Pipeline.Identifier, attempt.AttemptId, e.Message, next, e is FltsException ? null : e);
        }
    }

    private bool IsSettled(EvaluationInput input)
    {
        var waiting = input.Runs.Where(r => r.Status is RunStatus.Queued or RunStatus.Running or RunStatus.Storing).Select(r => r.ModelType).ToList();
        if (waiting.Count == 0)
            return true;

        var have = input.Runs.Select(r => r.ModelType).Except(waiting, StringComparer.Ordinal);
        LogWaiting(logger, input.Pipeline.PipelineId, input.Pipeline.ConfigHash, input.Pipeline.Identifier, string.Join(", ", have), string.Join(", ", waiting), input.Pipeline.ExpectedModelTypes);
        return false;
    }

    private async Task EvaluateAsync(Lease lease, EvaluationInput input, PromotionAttemptRow attempt, CancellationToken cancellation)
    {
        var clock = Stopwatch.GetTimestamp();
        var pipeline = input.Pipeline;
        var policy = EvaluationPolicy.Parse(JsonNode.Parse(pipeline.Evaluation)!.AsObject());
        LogStart(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, attempt.AttemptId);
        var missing = input.Runs.Where(r => r.Status != RunStatus.Succeeded).ToDictionary(r => r.ModelType, r => r.Error ?? r.Status.ToString().ToLowerInvariant(), StringComparer.Ordinal);
        if (missing.Count == 0)
            LogAllPresent(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier);

        var candidates = new List<Candidate>();
        try
        {
            var succeeded = input.Runs.Where(r => r.Status == RunStatus.Succeeded).OrderBy(r => ForecasterCatalog.Order(r.ModelType)).ToList();
            var dataset = succeeded.Count > 0 ? await data.OpenAsync(pipeline.ConfigHash, cancellation) : null;
            foreach (var run in succeeded)
            {
                if (await VerifiedAsync(run, dataset!, missing, cancellation) is { } model)
                    candidates.Add(new Candidate(run.RunId, model));
            }

            var result = candidates.Count < policy.MinCandidates
                ? TooFew(candidates.Count, policy, missing)
                : await ScoreAsync(input, attempt, dataset!, candidates, policy, missing, cancellation);
            await ConcludeAsync(lease, input, attempt, missing, result, cancellation);
        }
        finally
        {
            foreach (var candidate in candidates)
                candidate.Model.Dispose();
        }

        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        FltsMetrics.PromotionDuration.Record(seconds);
        FltsMetrics.StageDuration.Record(seconds, new KeyValuePair<string, object?>("stage", "evaluate"));
    }

    private async Task<LoadedModel?> VerifiedAsync(RunRow run, PreparedDataset dataset, Dictionary<string, string> missing, CancellationToken cancellation)
    {
        try
        {
            var model = await verifier.LoadAsync(run, dataset.Train, cancellation);
            LogArtifactsOk(logger, run.ModelType, run.RunId, run.ConfigHash, run.Identifier);
            return model;
        }
        catch (CorruptArtifactException e)
        {
            await store.InvalidateAsync(run, e.Message, cancellation);
            missing[run.ModelType] = e.Message;
            return null;
        }
    }

    private EvaluationResult TooFew(int count, EvaluationPolicy policy, Dictionary<string, string> missing)
    {
        var reason = $"{count} of at least {policy.MinCandidates} candidates have a model: {string.Join("; ", missing.Select(m => $"{m.Key}: {m.Value}"))}";
        LogNoRuns(logger, reason);
        return new EvaluationResult(new Decision(AttemptOutcome.Failed, null, reason, false), null, new Dictionary<string, JsonObject>(), null, null);
    }

    private async Task<EvaluationResult> ScoreAsync(
        EvaluationInput input, PromotionAttemptRow attempt, PreparedDataset dataset, List<Candidate> candidates, EvaluationPolicy policy, Dictionary<string, string> missing, CancellationToken cancellation)
    {
        var champion = input.Champion;
        var isCandidate = candidates.Any(c => c.RunId == champion?.RunId);
        using var championModel = champion is null || isCandidate ? null : await ChampionAsync(input, cancellation);
        var scoring = await Task.Run(
            () => Scorer.Score(dataset, candidates, championModel is null ? null : new Candidate(champion!.RunId, championModel), policy, cancellation), cancellation);
        foreach (var entry in scoring.Candidates.Where(c => c.NotApplicable is not null))
            missing[entry.ModelType] = entry.NotApplicable!;

        var line = champion is null ? null : new ChampionLine(
            champion.RunId,
            champion.Version,
            champion.Sequence,
            isCandidate ? scoring.Candidates.First(c => c.RunId == champion.RunId).Score : scoring.Champion?.Score,
            isCandidate ? null : scoring.Champion?.NotApplicable ?? (championModel is null ? "its artifacts cannot be read" : null));
        var contenders = scoring.Candidates.Select(c => new Contender(c.RunId!, c.ModelType, ForecasterCatalog.Order(c.ModelType), c.Score)).ToList();
        var decision = PromotionDecision.Decide(contenders, [.. scoring.References.Select(r => new ReferenceLine(r.ModelType, r.Score))], line, input.Pipeline.Sequence, policy);
        var board = Boards.Build(input.Pipeline, scoring, contenders, line, decision, policy, Guid.CreateVersion7(time.GetUtcNow()).ToString("N"));
        LogBoard(logger, input.Pipeline.PipelineId, input.Pipeline.ConfigHash, input.Pipeline.Identifier, Boards.Summary(board));

        var selected = input.Runs.FirstOrDefault(r => r.RunId == decision.SelectedRunId);
        var entryOfSelected = board.Entries.FirstOrDefault(e => e.RunId == decision.SelectedRunId && e.Kind == "candidate");
        var pointer = selected is null ? null : new PromotionPointer(
            input.Pipeline.Identifier,
            input.Pipeline.ConfigHash,
            selected.RunId,
            selected.ModelType,
            ObjectKeys.Manifest(selected.RunId, selected.Attempt).ToString(),
            entryOfSelected?.Rmse,
            entryOfSelected?.Mae,
            entryOfSelected?.Mse,
            entryOfSelected?.Score,
            policy.Weights,
            time.GetUtcNow(),
            attempt.AttemptId,
            (champion?.Version ?? 0) + 1);
        return new EvaluationResult(decision, board, Boards.TestMetrics(board), selected, pointer);
    }

    /// <summary>Null: its artifacts are corrupt, so nothing can be compared with it.</summary>
    private async Task<LoadedModel?> ChampionAsync(EvaluationInput input, CancellationToken cancellation)
    {
        try
        {
            var run = input.ChampionRun!;
            return await loader.LoadAsync(run.RunId, run.Attempt, run.ManifestSha256!, cancellation);
        }
        catch (CorruptArtifactException e)
        {
            LogChampionCorrupt(logger, input.Champion!.RunId, e.Message);
            return null;
        }
    }

    private async Task ConcludeAsync(Lease lease, EvaluationInput input, PromotionAttemptRow attempt, Dictionary<string, string> missing, EvaluationResult result, CancellationToken cancellation)
    {
        var pipeline = input.Pipeline;
        var absent = new JsonArray([.. missing.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => (JsonNode)new JsonObject { ["model_type"] = m.Key, ["reason"] = m.Value })]);
        if (!await store.ConcludeAsync(lease, input, attempt, absent.ToJsonString(), result, cancellation))
        {
            // Somebody else promoted or took over meanwhile: the Reconciler comes again and compares with what is in force then.
            LogDuplicate(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, attempt.AttemptId);
            return;
        }

        FltsMetrics.PromotionAttempts.Add(1, new("outcome", result.Decision.Outcome.ToString().ToLowerInvariant()), new("trigger", "event"));
        LogDecision(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, attempt.AttemptId, result.Decision.Outcome, result.Decision.SelectedRunId, result.Decision.Reason);
        if (result.Decision.Outcome == AttemptOutcome.KeptChampion)
            LogKept(logger, pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, attempt.AttemptId, result.Decision.Reason);

        if (result.Pointer is not { } pointer)
            return;

        FltsMetrics.PromotionScore.Record(pointer.Score ?? 0, new("identifier", pointer.Identifier), new("model_type", pointer.ModelType));
        FltsMetrics.ChampionInfo.Record(1, new("identifier", pointer.Identifier), new("model_type", pointer.ModelType), new("run_id", pointer.RunId), new("config_hash", pointer.ConfigHash), new("version", pointer.Version));
        await AnnounceAsync(pointer, attempt.AttemptId, cancellation);
    }

    /// <summary>The promotion stands in the ledger: a pointer that cannot be written now is written by the Reconciler, and serving looks at the ledger too.</summary>
    private async Task AnnounceAsync(PromotionPointer pointer, string attemptId, CancellationToken cancellation)
    {
        try
        {
            await pointers.WriteAsync(pointer, cancellation);
            await bus.Publish(new ModelSelected(pointer), cancellation);
            LogPublished(logger, pointer.RunId, pointer.ConfigHash, pointer.Identifier, attemptId);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotPublished(logger, pointer.RunId, pointer.Identifier, e);
        }
    }

    [LoggerMessage(EventName = "promotion_start", Level = LogLevel.Information, Message = "Evaluating pipeline {pipeline_id} (config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogStart(ILogger logger, string pipeline_id, string config_hash, string identifier, string attempt_id);

    [LoggerMessage(EventName = "promotion_waiting_for_models", Level = LogLevel.Information, Message = "Pipeline {pipeline_id} has {have}, waits for {missing}, expects {expected} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogWaiting(ILogger logger, string pipeline_id, string config_hash, string identifier, string have, string missing, string expected);

    [LoggerMessage(EventName = "promotion_all_models_present", Level = LogLevel.Information, Message = "All models of pipeline {pipeline_id} are there (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogAllPresent(ILogger logger, string pipeline_id, string config_hash, string identifier);

    [LoggerMessage(EventName = "promotion_artifacts_ok", Level = LogLevel.Information, Message = "The artifacts of {model_type} run {run_id} are whole (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogArtifactsOk(ILogger logger, string model_type, string run_id, string config_hash, string identifier);

    [LoggerMessage(EventName = "promotion_no_valid_runs", Level = LogLevel.Error, Message = "Nothing to promote: {reason}")]
    private static partial void LogNoRuns(ILogger logger, string reason);

    [LoggerMessage(EventName = "promotion_scoreboard", Level = LogLevel.Information, Message = "Scores: {scores} (pipeline_id {pipeline_id}, config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogBoard(ILogger logger, string pipeline_id, string config_hash, string identifier, string scores);

    [LoggerMessage(EventName = "promotion_decision", Level = LogLevel.Information, Message = "{outcome}: {reason} (run_id {run_id}, pipeline_id {pipeline_id}, config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogDecision(ILogger logger, string pipeline_id, string config_hash, string identifier, string attempt_id, AttemptOutcome outcome, string? run_id, string reason);

    [LoggerMessage(EventName = "promotion_kept_champion", Level = LogLevel.Information, Message = "The champion stays: {reason} (pipeline_id {pipeline_id}, config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogKept(ILogger logger, string pipeline_id, string config_hash, string identifier, string attempt_id, string reason);

    [LoggerMessage(EventName = "promotion_publish", Level = LogLevel.Information, Message = "Run {run_id} is in force (config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogPublished(ILogger logger, string run_id, string config_hash, string identifier, string attempt_id);

    [LoggerMessage(EventName = "promotion_duplicate", Level = LogLevel.Information, Message = "Pipeline {pipeline_id} was overtaken while it was evaluated; it is looked at again (config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogDuplicate(ILogger logger, string pipeline_id, string config_hash, string identifier, string attempt_id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pipeline {pipeline_id} is blocked: {reason} Next try at {next_try} (config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogBlocked(ILogger logger, string pipeline_id, string config_hash, string identifier, string attempt_id, string reason, DateTimeOffset next_try, Exception? exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The champion's artifacts (run {run_id}) are corrupt: {reason}")]
    private static partial void LogChampionCorrupt(ILogger logger, string run_id, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {run_id} is in force for {identifier}, but its pointer or event could not be sent; the Reconciler writes the pointer.")]
    private static partial void LogNotPublished(ILogger logger, string run_id, string identifier, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The evaluation of pipeline {pipeline_id} was stopped before its end")]
    private static partial void LogStopped(ILogger logger, string pipeline_id);
}
