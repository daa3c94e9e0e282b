using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>Promotion by hand, from what is stored, without training.</summary>
internal sealed partial class PromoteService(
    EvaluationInputs inputs,
    PromotionAnswers answers,
    PromotionLedger ledger,
    RequestAssessor assessor,
    PromotionAnnouncer announcer,
    PipelineTurns turns,
    ILogger<PromoteService> logger)
{
    private const int LongestKey = 200;
    private const int MaxTries = 5;

    /// <exception cref="FltsException">404, 409, 422 or 503 as API.md says.</exception>
    public async Task<PromoteAnswer> PromoteAsync(PromoteRequest request, string? idempotencyKey, CancellationToken cancellation)
    {
        if (idempotencyKey is { } given && given.Length is 0 or > LongestKey)
            throw new InvalidInputException($"'Idempotency-Key' must have 1 to {LongestKey} characters.");

        var key = idempotencyKey is null ? null : $"{AttemptView.KeyPrefix}{idempotencyKey}";
        if (await StoredAsync(key, request, cancellation) is { } stored)
            return stored;

        var input = await inputs.ResolveAsync(request.Target, cancellation);
        using var scope = LogScope.Begin(
            logger,
            ("pipeline_id", input.Pipeline.PipelineId.Value),
            ("config_hash", input.Pipeline.ConfigHash.Value),
            ("identifier", input.Pipeline.Identifier.Value));
        if (request.DryRun)
            return await DryRunAsync(request, input, cancellation);

        // One at a time over these runs, the evaluator among them: the others then find what the first has concluded.
        await using var keeper = await turns.WaitAsync(input.Pipeline.PipelineId, cancellation);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellation, keeper.Lost);
        for (var tries = 0; tries < MaxTries; tries++)
        {
            if (await StoredAsync(key, request, working.Token) is { } meanwhile)
                return meanwhile;
            if (await TryAsync(request, key, working.Token) is { } answered)
                return await answers.AnswerAsync(answered, cancellation);
        }

        throw new ConflictException(
            $"The champion of '{input.Pipeline.Identifier}' changed {MaxTries} times while this was evaluated; ask again.");
    }

    /// <summary>Answers with what had concluded already, or evaluates and concludes.</summary>
    /// <returns>The attempt that answers; null: the key was taken, or another promotion came between.</returns>
    private async Task<PromotionAttemptRow?> TryAsync(PromoteRequest request, string? key, CancellationToken cancellation)
    {
        var input = await inputs.ResolveAsync(request.Target, cancellation);
        var attempt = ledger.OpenByHand(input, key, request.Canonical);
        if (!request.Force && await answers.FindConcludedAsync(input, cancellation) is { } concluded)
        {
            using (LogScope.Begin(logger, ("attempt_id", concluded.AttemptId.Value)))
                LogDuplicate(logger);
            return key is null || await ledger.AnswerWithAsync(attempt, concluded, cancellation) ? concluded : null;
        }

        using var scope = LogScope.Begin(logger, ("attempt_id", attempt.AttemptId.Value));
        var conclusion = await assessor.AssessAsync(request, input, attempt, cancellation);
        if (!await ledger.ConcludeAsync(attempt, conclusion, cancellation))
            return null;

        announcer.Count(conclusion.Outcome, AttemptTrigger.Manual);
        using (LogScope.Begin(logger, ("run_id", attempt.SelectedRunId?.Value)))
            LogDecision(logger, conclusion.Outcome, conclusion.Reason);
        if (conclusion.Champion is { } champion)
            await announcer.AnnounceAsync(champion.Pointer, CancellationToken.None); // It stands, whether or not the caller is still there.

        return attempt;
    }

    private async Task<PromoteAnswer?> StoredAsync(string? key, PromoteRequest request, CancellationToken cancellation)
    {
        if (key is null || await answers.FindByKeyAsync(key, cancellation) is not { } known)
            return null;

        return AttemptRequests.RequestOf(known) == request.Canonical
            ? await answers.AnswerAsync(known, cancellation)
            : throw new InvalidInputException("This 'Idempotency-Key' was used with another body; use a new one for a new request.");
    }

    private async Task<PromoteAnswer> DryRunAsync(PromoteRequest request, EvaluationInput input, CancellationToken cancellation)
    {
        var attempt = ledger.OpenByHand(input, null, request.Canonical);
        using var scope = LogScope.Begin(logger, ("attempt_id", attempt.AttemptId.Value));
        var conclusion = await assessor.AssessAsync(request, input, attempt, cancellation);
        ledger.End(attempt, conclusion with { Scoreboard = null });
        return new PromoteAnswer(AttemptView.Of(attempt), JsonNode.Parse(conclusion.Scoreboard!.Json), true);
    }

    [LoggerMessage(
        EventName = "promotion_duplicate",
        Level = LogLevel.Information,
        Message = "Asked again by hand: this had concluded and the champion is unchanged since")]
    private static partial void LogDuplicate(ILogger logger);

    [LoggerMessage(EventName = "promotion_decision", Level = LogLevel.Information, Message = "{outcome} by hand: {reason}")]
    private static partial void LogDecision(ILogger logger, AttemptOutcome outcome, string reason);
}
