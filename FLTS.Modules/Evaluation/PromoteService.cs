using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation;

/// <summary>Promotion by hand, from what is stored, without training.</summary>
internal sealed partial class PromoteService(
    ManualStore store,
    EvaluationStore rows,
    Assessor assessor,
    PromotionAnnouncer announcer,
    ILeases leases,
    IEnumerable<IReruns> reruns,
    TimeProvider time,
    ILogger<PromoteService> logger)
{
    private const int LongestKey = 200;
    private const int MostTries = 5;
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    /// <exception cref="FltsException">404, 409, 422 or 503 as API.md says.</exception>
    public async Task<PromoteAnswer> PromoteAsync(PromoteRequest request, string? idempotencyKey, CancellationToken cancellation)
    {
        if (idempotencyKey is { } given && given.Length is 0 or > LongestKey)
            throw new InvalidInputException($"'Idempotency-Key' must have 1 to {LongestKey} characters.");

        var key = idempotencyKey is null ? null : $"{AttemptView.KeyPrefix}{idempotencyKey}";
        if (key is not null && await StoredAsync(key, request, cancellation) is { } stored)
            return stored;

        var input = await store.ResolveAsync(request, cancellation);
        if (request.DryRun)
            return await DryRunAsync(request, input, cancellation);

        // One at a time over these runs, the evaluator among them: the others then find what the first has concluded.
        await using var keeper = await WaitAsync(input.Pipeline.PipelineId, cancellation);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellation, keeper.Lost);
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (key is not null && await StoredAsync(key, request, working.Token) is { } meanwhile)
                return meanwhile;

            input = await store.ResolveAsync(request, working.Token);
            var attempt = store.NewAttempt(input, key, request.Canonical, AttemptTrigger.Manual);
            if (!request.Force && await store.FindConcludedAsync(input, working.Token) is { } concluded)
            {
                LogDuplicate(logger, concluded.AttemptId, concluded.ConfigHash, concluded.Identifier);
                if (key is null || await store.AliasAsync(attempt, concluded, working.Token))
                    return await store.AnswerAsync(concluded, working.Token);

                continue;
            }

            var result = await AssessAsync(request, input, attempt, working.Token);
            if (!await store.WriteAsync(input, attempt, result, working.Token))
                continue;

            PromotionAnnouncer.Count(result.Decision.Outcome, AttemptTrigger.Manual);
            LogDecision(logger, attempt.Outcome!.Value, attempt.Reason!, attempt.SelectedRunId, attempt.ConfigHash, attempt.Identifier, attempt.AttemptId);
            if (result.Pointer is { } pointer)
                await announcer.AnnounceAsync(pointer, CancellationToken.None); // It stands, whether or not the caller is still there.

            return await store.AnswerAsync(attempt, cancellation);
        }

        throw new ConflictException($"The champion of '{input.Pipeline.Identifier}' changed {MostTries} times while this was evaluated; ask again.");
    }

    private async Task<PromoteAnswer?> StoredAsync(string key, PromoteRequest request, CancellationToken cancellation)
    {
        if (await store.FindByKeyAsync(key, cancellation) is not { } known)
            return null;

        return ManualStore.RequestOf(known) == request.Canonical
            ? await store.AnswerAsync(known, cancellation)
            : throw new InvalidInputException("This 'Idempotency-Key' was used with another body; use a new one for a new request.");
    }

    private async Task<PromoteAnswer> DryRunAsync(PromoteRequest request, EvaluationInput input, CancellationToken cancellation)
    {
        var attempt = store.NewAttempt(input, null, request.Canonical, AttemptTrigger.Manual);
        var result = await AssessAsync(request, input, attempt, cancellation);
        var board = result.Board is null ? null : JsonSerializer.SerializeToNode(result.Board, RegistryJson.Options);
        return new PromoteAnswer(AttemptView.Of(attempt), board, true);
    }

    /// <summary>Assesses and fills in how the attempt ends.</summary>
    private async Task<EvaluationResult> AssessAsync(PromoteRequest request, EvaluationInput input, PromotionAttemptRow attempt, CancellationToken cancellation)
    {
        var policy = EvaluationPolicy.Parse(JsonNode.Parse(input.Pipeline.Evaluation)!.AsObject());
        var refusals = new List<Refusal>();
        var assessment = await assessor.AssessAsync(input, policy, attempt.AttemptId, request.Force, refusals, cancellation);
        if (assessment.Corrupt.Count > 0)
            throw await UnusableAsync(assessment.Corrupt, isLasting: !request.DryRun, policy, cancellation);

        var result = assessment.Result;
        if (result.Board is null)
            throw new ConflictException($"Models are missing: {result.Decision.Reason}.") { Details = { ["missing"] = assessment.Missing.Keys.Order(StringComparer.Ordinal).ToList() } };

        attempt.Outcome = result.Decision.Outcome;
        attempt.Reason = request.Reason is { } said ? $"{result.Decision.Reason}; asked by hand: {said}" : result.Decision.Reason;
        attempt.Missing = assessment.MissingJson;
        attempt.Tries = Refusals.Add("[]", refusals);
        attempt.SelectedRunId = result.Decision.SelectedRunId;
        attempt.ScoreboardId = request.DryRun ? null : result.Board.ScoreboardId;
        attempt.EndedAt = time.GetUtcNow();
        attempt.DurationMs = (long)(attempt.EndedAt.Value - attempt.CreatedAt).TotalMilliseconds;
        return result;
    }

    /// <summary>Runs whose stored artifacts are not what was stored are never used again; each is trained once more, which ends in an evaluation by itself.</summary>
    private async Task<InvalidInputException> UnusableAsync(IReadOnlyList<(RunRow Run, string Reason)> corrupt, bool isLasting, EvaluationPolicy policy, CancellationToken cancellation)
    {
        var told = new List<string>();
        foreach (var (run, reason) in corrupt)
        {
            var again = "";
            if (isLasting)
            {
                await rows.InvalidateAsync(run, reason, cancellation);
                LogInvalid(logger, run.ModelType, run.RunId, run.ConfigHash, run.Identifier, reason);
                if (policy.AutoRetrainInvalid && run.Cause != RunCause.Invalid)
                    again = await AgainAsync(run.RunId, cancellation);
            }

            told.Add($"{run.ModelType} run {run.RunId}: {reason}{again}");
        }

        return new InvalidInputException($"Artifacts cannot be used: {string.Join(" ", told)}") { Details = { ["unusable"] = corrupt.Select(c => c.Run.RunId).ToList() } };
    }

    /// <summary>A pipeline that has not ended trains it once more by itself; one that has is asked to.</summary>
    private async Task<string> AgainAsync(RunId runId, CancellationToken cancellation)
    {
        if (reruns.FirstOrDefault() is not { } command)
            return $" POST /runs/{runId}/rerun trains it again.";

        try
        {
            return $" It is trained once more as {await command.CorruptAsync(runId, cancellation)}.";
        }
        catch (ConflictException)
        {
            return ""; // Somebody asked for it already.
        }
    }

    private async Task<LeaseKeeper> WaitAsync(PipelineId pipelineId, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            if (await LeaseKeeper.TryAcquireAsync<PipelineRow>(leases, pipelineId.Value, time, logger, cancellation) is { } keeper)
                return keeper;
            if (time.GetElapsedTime(began) > _patience)
                throw new ConflictException($"Pipeline '{pipelineId}' is being evaluated; ask again when that has ended.");

            await Task.Delay(_look, time, cancellation);
        }
    }

    [LoggerMessage(EventName = "promotion_duplicate", Level = LogLevel.Information, Message = "Asked again by hand: attempt {attempt_id} had concluded and the champion is unchanged since (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogDuplicate(ILogger logger, AttemptId attempt_id, ConfigHash config_hash, Identifier identifier);

    [LoggerMessage(EventName = "promotion_decision", Level = LogLevel.Information, Message = "{outcome} by hand: {reason} (run_id {run_id}, config_hash {config_hash}, identifier {identifier}, attempt_id {attempt_id})")]
    private static partial void LogDecision(ILogger logger, AttemptOutcome outcome, string reason, RunId? run_id, ConfigHash config_hash, Identifier identifier, AttemptId attempt_id);

    [LoggerMessage(EventName = "promotion_artifact_corrupt", Level = LogLevel.Error, Message = "{model_type} run {run_id} is invalid: {reason} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogInvalid(ILogger logger, string model_type, RunId run_id, ConfigHash config_hash, Identifier identifier, string reason);
}
