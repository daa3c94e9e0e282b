using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Evaluation;

/// <summary>A pipeline with its data and runs, the champion in force and the runs that were rolled back from.</summary>
internal sealed record EvaluationInput(PipelineRow Pipeline, DatasetStatus Dataset, IReadOnlyList<RunRow> Runs, ChampionRow? Champion, RunRow? ChampionRun, IReadOnlySet<RunId> RolledBack);

/// <summary>Rows of evaluation and promotion.</summary>
internal sealed class EvaluationStore(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    public async Task<List<PipelineRow>> WaitingForAsync(RunId runId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Pipelines.AsNoTracking()
            .Unfinished()
            .Where(p => p.Runs.Any(r => r.RunId == runId))
            .ToListAsync(cancellation);
    }

    /// <summary>Null: no such pipeline, or it has ended.</summary>
    public async Task<EvaluationInput?> ReadAsync(PipelineId pipelineId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var pipeline = await db.Pipelines.AsNoTracking().Include(p => p.Runs).Unfinished().SingleOrDefaultAsync(p => p.PipelineId == pipelineId, cancellation);
        if (pipeline is null)
            return null;

        var ids = pipeline.Runs.Select(r => r.RunId).ToList();
        var runs = await db.Runs.AsNoTracking().Where(r => ids.Contains(r.RunId)).ToListAsync(cancellation);
        return await PromotionRows.InputAsync(db, pipeline, runs, cancellation);
    }

    /// <summary>The pipeline's open attempt, or a new one; one row tells the whole story, from what put its trainings off to how it ended.</summary>
    public async Task<PromotionAttemptRow> OpenAttemptAsync(EvaluationInput input, StepWake wake, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var pipeline = input.Pipeline;
        var candidates = CandidatesOf(input);
        if (await OpenOf(db, pipeline.PipelineId).FirstOrDefaultAsync(cancellation) is { } open)
        {
            // A run of it may have been replaced since.
            if (open.Candidates != candidates)
                await db.PromotionAttempts.Where(a => a.AttemptId == open.AttemptId && a.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(a => a.Candidates, candidates), cancellation);

            return open;
        }

        var key = CanonicalJson.Hash(new JsonObject
        {
            ["pipeline_id"] = pipeline.PipelineId.Value,
            ["candidates"] = JsonNode.Parse(candidates),
            ["policy"] = JsonNode.Parse(pipeline.Evaluation),
            ["champion_version"] = input.Champion?.Version ?? 0,
            ["revision"] = pipeline.Revision,
        });
        await db.InsertIfAbsentAsync(
            new PromotionAttemptRow
            {
                AttemptId = AttemptId.From(Guid.CreateVersion7(time.GetUtcNow()).ToString("N")),
                IdempotencyKey = $"auto/{key}",
                ConfigHash = pipeline.ConfigHash,
                Identifier = pipeline.Identifier,
                PipelineId = pipeline.PipelineId,
                Sequence = pipeline.Sequence,
                Trigger = pipeline.Trigger == AttemptTrigger.Event && wake == StepWake.Reconciler ? AttemptTrigger.Reconcile : pipeline.Trigger,
                Tries = await PostponementsAsync(db, input, cancellation),
                Candidates = candidates,
                Policy = pipeline.Evaluation,
                CreatedAt = time.GetUtcNow(),
            },
            cancellation);

        // Of two who open one, one writes it; both use that.
        return await OpenOf(db, pipeline.PipelineId).SingleAsync(cancellation);
    }

    /// <summary>A run whose stored artifact is not what was stored: never used again. The attempt that found it tells so, and the pipeline waits for nothing else any more.</summary>
    public async Task InvalidateAsync(Lease lease, PromotionAttemptRow attempt, RunRow run, string reason, IReadOnlyList<Refusal> refusals, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);

        // Run, attempt, pipeline: in the order in which everybody locks them.
        await InvalidateAsync(db, run, reason, cancellation);
        await TellAsync(db, attempt, [.. refusals, new Refusal(time.GetUtcNow(), $"{run.ModelType} run {run.RunId} is invalid: {reason}")], cancellation);
        await Open(db, attempt).ExecuteUpdateAsync(set => set.SetProperty(a => a.Outcome, (AttemptOutcome?)null).SetProperty(a => a.Reason, (string?)null), cancellation);
        var mine = await Mine(db, lease).Unfinished().ExecuteUpdateAsync(
            set => set
                .SetProperty(p => p.Status, PipelineStatus.Queued)
                .SetProperty(p => p.WaitingReason, (string?)null)
                .SetProperty(p => p.WaitingSince, (DateTimeOffset?)null)
                .SetProperty(p => p.NextAttemptAt, (DateTimeOffset?)null),
            cancellation) == 1;
        if (mine)
            await transaction.CommitAsync(cancellation);
    }

    /// <summary>A run whose stored artifact is not what was stored: never used again.</summary>
    public async Task InvalidateAsync(RunRow run, string reason, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await InvalidateAsync(db, run, reason, cancellation);
    }

    /// <summary>Champion, attempt, scoreboard, test metrics and the pipeline's end, or nothing.</summary>
    /// <returns>False: the lease was lost, the pipeline was cancelled or has other runs now, or another promotion of the identifier came between.</returns>
    public async Task<bool> ConcludeAsync(
        Lease lease, EvaluationInput input, PromotionAttemptRow attempt, string missing, EvaluationResult result, IReadOnlyList<Refusal> refusals, CancellationToken cancellation)
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
        await TellAsync(db, attempt, refusals, cancellation);
        await Open(db, attempt).ExecuteUpdateAsync(
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
                .SetProperty(p => p.Faults, 0)
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

    private static Task<int> InvalidateAsync(RegistryDbContext db, RunRow run, string reason, CancellationToken cancellation) => db.Runs
        .Where(r => r.RunId == run.RunId && r.Status == RunStatus.Succeeded && r.Attempt == run.Attempt)
        .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Invalid).SetProperty(r => r.Error, reason), cancellation);

    private static async Task TellAsync(RegistryDbContext db, PromotionAttemptRow attempt, IReadOnlyList<Refusal> refusals, CancellationToken cancellation)
    {
        if (refusals.Count == 0)
            return;

        attempt.Tries = Refusals.Add(attempt.Tries, refusals);
        await Open(db, attempt).ExecuteUpdateAsync(set => set.SetProperty(a => a.Tries, attempt.Tries), cancellation);
    }

    /// <summary>What put the trainings off that the pipeline waited for: a store that refused an upload is part of the story, too. Runs of before belong to the story of before.</summary>
    private static async Task<string> PostponementsAsync(RegistryDbContext db, EvaluationInput input, CancellationToken cancellation)
    {
        var id = input.Pipeline.PipelineId;
        var before = await db.PromotionAttempts.Where(a => a.PipelineId == id && a.EndedAt != null).MaxAsync(a => a.EndedAt, cancellation);
        var since = before > input.Pipeline.CreatedAt ? before.Value : input.Pipeline.CreatedAt;
        return Refusals.Add("[]", input.Runs
            .SelectMany(r => Refusals.Read(r.Postponed).Select(p => p with { Error = $"{r.ModelType} run {r.RunId} was put off: {p.Error}" }))
            .Where(p => p.At >= since)
            .OrderBy(p => p.At));
    }

    private static IQueryable<PromotionAttemptRow> OpenOf(RegistryDbContext db, PipelineId pipelineId) =>
        db.PromotionAttempts.AsNoTracking().Where(a => a.PipelineId == pipelineId && a.EndedAt == null);

    /// <summary>The attempt unless it has ended: what has ended is never changed.</summary>
    private static IQueryable<PromotionAttemptRow> Open(RegistryDbContext db, PromotionAttemptRow attempt) =>
        db.PromotionAttempts.Where(a => a.AttemptId == attempt.AttemptId && a.EndedAt == null);

    private static string CandidatesOf(EvaluationInput input) =>
        JsonSerializer.Serialize(input.Runs.Where(r => r.Status == RunStatus.Succeeded).Select(r => r.RunId.Value).Order(StringComparer.Ordinal));

    private static IQueryable<PipelineRow> Mine(RegistryDbContext db, Lease lease) =>
        db.Pipelines.Where(p => p.PipelineId == PipelineId.From(lease.Id) && p.LeaseToken == lease.Token && p.LeaseOwner == lease.Owner);

    private static PipelineStatus Status(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Promoted => PipelineStatus.Promoted,
        AttemptOutcome.KeptChampion => PipelineStatus.KeptChampion,
        AttemptOutcome.BelowBaseline => PipelineStatus.BelowBaseline,
        AttemptOutcome.Superseded => PipelineStatus.Superseded,
        _ => PipelineStatus.Failed,
    };
}
