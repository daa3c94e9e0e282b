using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Contracts;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Evaluation;

/// <summary>A pipeline with its runs, the champion in force and the runs that were rolled back from.</summary>
internal sealed record EvaluationInput(PipelineRow Pipeline, IReadOnlyList<RunRow> Runs, ChampionRow? Champion, RunRow? ChampionRun, IReadOnlySet<string> RolledBack);

/// <summary>Rows of evaluation and promotion.</summary>
internal sealed class EvaluationStore(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    public async Task<List<PipelineRow>> WaitingForAsync(string runId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Pipelines.AsNoTracking()
            .Unfinished()
            .Where(p => p.Runs.Any(r => r.RunId == runId))
            .ToListAsync(cancellation);
    }

    /// <summary>Null: no such pipeline, or it has ended.</summary>
    public async Task<EvaluationInput?> ReadAsync(string pipelineId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var pipeline = await db.Pipelines.AsNoTracking().Include(p => p.Runs).Unfinished().SingleOrDefaultAsync(p => p.PipelineId == pipelineId, cancellation);
        if (pipeline is null)
            return null;

        var ids = pipeline.Runs.Select(r => r.RunId).ToList();
        var runs = await db.Runs.AsNoTracking().Where(r => ids.Contains(r.RunId)).ToListAsync(cancellation);
        return await PromotionRows.InputAsync(db, pipeline, runs, cancellation);
    }

    /// <summary>Marks the beginning of the evaluation stage, once.</summary>
    public async Task BeginAsync(Lease lease, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        await Mine(db, lease).ExecuteUpdateAsync(set => set.SetProperty(p => p.EvaluationStartedAt, p => p.EvaluationStartedAt ?? now), cancellation);
    }

    /// <summary>The pipeline's open attempt, or a new one; one row tells the whole story, tries and all.</summary>
    public async Task<PromotionAttemptRow> OpenAttemptAsync(EvaluationInput input, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var pipeline = input.Pipeline;
        var open = await db.PromotionAttempts.AsNoTracking()
            .Where(a => a.PipelineId == pipeline.PipelineId && (a.Outcome == null || a.Outcome == AttemptOutcome.Blocked))
            .OrderByDescending(a => a.CreatedAt)
            .FirstOrDefaultAsync(cancellation);
        var candidates = CandidatesOf(input);
        if (open is not null)
        {
            // A run of it may have been replaced since.
            if (open.Candidates != candidates)
                await db.PromotionAttempts.Where(a => a.AttemptId == open.AttemptId).ExecuteUpdateAsync(set => set.SetProperty(a => a.Candidates, candidates), cancellation);

            return open;
        }

        var key = CanonicalJson.Hash(new JsonObject
        {
            ["pipeline_id"] = pipeline.PipelineId,
            ["candidates"] = JsonNode.Parse(candidates),
            ["policy"] = JsonNode.Parse(pipeline.Evaluation),
            ["champion_version"] = input.Champion?.Version ?? 0,
            ["revision"] = pipeline.Revision,
        });
        await db.InsertIfAbsentAsync(
            new PromotionAttemptRow
            {
                AttemptId = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
                IdempotencyKey = $"auto/{key}",
                ConfigHash = pipeline.ConfigHash,
                Identifier = pipeline.Identifier,
                PipelineId = pipeline.PipelineId,
                Sequence = pipeline.Sequence,
                Trigger = pipeline.Trigger,
                Candidates = candidates,
                Policy = pipeline.Evaluation,
                CreatedAt = time.GetUtcNow(),
            },
            cancellation);
        return await db.PromotionAttempts.AsNoTracking().SingleAsync(a => a.IdempotencyKey == $"auto/{key}", cancellation);
    }

    /// <summary>Cannot go on now: says why, and when it is tried again.</summary>
    public async Task BlockAsync(Lease lease, PromotionAttemptRow attempt, string reason, DateTimeOffset next, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        var mine = await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(p => p.Status, PipelineStatus.Blocked)
                .SetProperty(p => p.WaitingReason, reason)
                .SetProperty(p => p.WaitingSince, p => p.WaitingSince ?? now)
                .SetProperty(p => p.Tries, p => p.Tries + 1)
                .SetProperty(p => p.NextAttemptAt, next),
            cancellation) == 1;
        if (mine)
        {
            await TellTryAsync(db, attempt, now, reason, cancellation);
            await db.PromotionAttempts.Where(a => a.AttemptId == attempt.AttemptId).ExecuteUpdateAsync(
                set => set.SetProperty(a => a.Outcome, AttemptOutcome.Blocked).SetProperty(a => a.Reason, reason),
                cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>A run whose stored artifact is not what was stored: never used again. The attempt that found it tells so.</summary>
    public async Task InvalidateAsync(Lease lease, PromotionAttemptRow attempt, RunRow run, string reason, CancellationToken cancellation)
    {
        await using (var db = await registry.CreateDbContextAsync(cancellation))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            if (await Mine(db, lease).AnyAsync(cancellation))
                await TellTryAsync(db, attempt, time.GetUtcNow(), $"{run.ModelType} run {run.RunId} is invalid: {reason}", cancellation);

            await transaction.CommitAsync(cancellation);
        }

        await InvalidateAsync(run, reason, cancellation);
    }

    /// <summary>A run whose stored artifact is not what was stored: never used again.</summary>
    public async Task InvalidateAsync(RunRow run, string reason, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.Runs.Where(r => r.RunId == run.RunId && r.Status == RunStatus.Succeeded && r.Attempt == run.Attempt)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Invalid).SetProperty(r => r.Error, reason), cancellation);
    }

    /// <summary>Champion, attempt, scoreboard, test metrics and the pipeline's end, or nothing.</summary>
    /// <returns>False: the lease was lost, the pipeline was cancelled or has other runs now, or another promotion of the identifier came between.</returns>
    public async Task<bool> ConcludeAsync(Lease lease, EvaluationInput input, PromotionAttemptRow attempt, string missing, EvaluationResult result, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        await PromotionRows.AddBoardAsync(db, result.Board, input.Pipeline.PipelineId, now, cancellation);
        FaultPoint.Reach("promotion.board-written");
        if (!await PromotionRows.AddAsync(db, input, attempt.AttemptId, result, cancellation))
            return false;

        FaultPoint.Reach("promotion.champion-written");
        var outcome = result.Decision.Outcome;
        await db.PromotionAttempts.Where(a => a.AttemptId == attempt.AttemptId).ExecuteUpdateAsync(
            set => set
                .SetProperty(a => a.Outcome, outcome)
                .SetProperty(a => a.Reason, result.Decision.Reason)
                .SetProperty(a => a.Missing, missing)
                .SetProperty(a => a.SelectedRunId, result.Decision.SelectedRunId)
                .SetProperty(a => a.ScoreboardId, result.Board == null ? null : result.Board.ScoreboardId)
                .SetProperty(a => a.EndedAt, now)
                .SetProperty(a => a.DurationMs, (long)(now - attempt.CreatedAt).TotalMilliseconds),
            cancellation);
        var status = Status(outcome);
        var error = outcome == AttemptOutcome.Failed ? result.Decision.Reason : null;
        var mine = await Mine(db, lease).Unfinished().Where(p => p.Revision == input.Pipeline.Revision).ExecuteUpdateAsync(
            set => set
                .SetProperty(p => p.Status, status)
                .SetProperty(p => p.AttemptId, attempt.AttemptId)
                .SetProperty(p => p.Error, error)
                .SetProperty(p => p.WaitingReason, (string?)null)
                .SetProperty(p => p.WaitingSince, (DateTimeOffset?)null)
                .SetProperty(p => p.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(p => p.EndedAt, now),
            cancellation) == 1;
        if (!mine)
            return false;

        FaultPoint.Reach("promotion.before-commit");
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("promotion.after-commit");
        return true;
    }

    /// <summary>The row in force of every identifier.</summary>
    public async Task<List<ChampionRow>> ChampionsAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Champions.AsNoTracking().Where(c => c.Version == db.Champions.Where(o => o.Identifier == c.Identifier).Max(o => o.Version)).ToListAsync(cancellation);
    }

    private static async Task TellTryAsync(RegistryDbContext db, PromotionAttemptRow attempt, DateTimeOffset now, string error, CancellationToken cancellation)
    {
        var tries = JsonNode.Parse(attempt.Tries)!.AsArray();
        tries.Add((JsonNode)new JsonObject { ["at"] = now, ["error"] = error });
        attempt.Tries = tries.ToJsonString();
        await db.PromotionAttempts.Where(a => a.AttemptId == attempt.AttemptId).ExecuteUpdateAsync(set => set.SetProperty(a => a.Tries, attempt.Tries), cancellation);
    }

    private static string CandidatesOf(EvaluationInput input) =>
        JsonSerializer.Serialize(input.Runs.Where(r => r.Status == RunStatus.Succeeded).Select(r => r.RunId).Order(StringComparer.Ordinal));

    private static IQueryable<PipelineRow> Mine(RegistryDbContext db, Lease lease) =>
        db.Pipelines.Where(p => p.PipelineId == lease.Id && p.LeaseToken == lease.Token && p.LeaseOwner == lease.Owner);

    private static PipelineStatus Status(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Promoted => PipelineStatus.Promoted,
        AttemptOutcome.KeptChampion => PipelineStatus.KeptChampion,
        AttemptOutcome.BelowBaseline => PipelineStatus.BelowBaseline,
        AttemptOutcome.Superseded => PipelineStatus.Superseded,
        _ => PipelineStatus.Failed,
    };
}
