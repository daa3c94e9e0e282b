using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Finds the attempt that answers a promotion by hand without a new evaluation.</summary>
internal sealed class PromotionAnswers(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>The attempt that has an idempotency key; null: none has.</summary>
    public async Task<PromotionAttemptRow?> FindByKeyAsync(string key, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.PromotionAttempts.AsNoTracking().SingleOrDefaultAsync(a => a.IdempotencyKey == key, cancellation);
    }

    /// <summary>The concluded attempt on the same candidates and policy, if the champion is unchanged since.</summary>
    public async Task<PromotionAttemptRow?> FindConcludedAsync(EvaluationInput input, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var (pipeline, champion, candidates) = (input.Pipeline, input.Champion, input.Subject.Candidates);
        var same = await db.PromotionAttempts.AsNoTracking()
            .Where(a => a.ConfigHash == pipeline.ConfigHash && a.Identifier == pipeline.Identifier)
            .Where(a => a.Candidates == candidates && a.EndedAt != null)
            .Where(a => a.Outcome == AttemptOutcome.Promoted
                || a.Outcome == AttemptOutcome.KeptChampion
                || a.Outcome == AttemptOutcome.BelowBaseline
                || a.Outcome == AttemptOutcome.Implausible)
            .Where(a => !AttemptTriggers.Rollbacks.Contains(a.Trigger))
            .ToListAsync(cancellation);
        var policy = CanonicalJson.Serialize(JsonNode.Parse(pipeline.Evaluation));
        return same
            .Where(a => AttemptRequests.AnsweredByOf(a) is null && AttemptRequests.PolicyOf(a) == policy)
            .Where(a => IsUnchangedSince(champion, a))
            .MaxBy(a => a.EndedAt);
    }

    private static bool IsUnchangedSince(ChampionRow? champion, PromotionAttemptRow attempt) => attempt.Outcome == AttemptOutcome.Promoted
        ? champion?.AttemptId == attempt.AttemptId
        : champion is null || champion.Since <= attempt.EndedAt;

    /// <summary>The attempt that answers, with its scoreboard.</summary>
    public async Task<PromoteAnswer> AnswerAsync(PromotionAttemptRow attempt, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        if (AttemptRequests.AnsweredByOf(attempt) is { } id)
            attempt = await db.PromotionAttempts.AsNoTracking().SingleAsync(a => a.AttemptId == id, cancellation);

        var board = await db.Scoreboards.AsNoTracking().SingleOrDefaultAsync(s => s.ScoreboardId == attempt.ScoreboardId, cancellation);
        return new PromoteAnswer(AttemptView.Of(attempt), board is null ? null : JsonNode.Parse(board.Board), false);
    }
}
