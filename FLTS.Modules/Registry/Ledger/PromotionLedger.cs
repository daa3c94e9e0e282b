using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>
/// Writes promotions, however they came about: by a pipeline's end, by hand, as a rollback. An attempt is opened, tells what was refused,
/// and is concluded
/// with its scoreboard, champion and test metrics in one transaction. The attempt of a pipeline is stored while it is open, so that its row
/// tells the whole
/// story, tries and all; one by hand is stored when it is concluded: what somebody asked for and did not get leaves nothing.
/// </summary>
internal sealed class PromotionLedger(IDbContextFactory<RegistryDbContext> registry, ShownPromotions shown, TimeProvider time)
{
    /// <summary>
    /// The pipeline's open attempt, or a new one; one row tells the whole story, from what put its trainings off to how it ended.
    /// </summary>
    public async Task<PromotionAttemptRow> OpenAttemptAsync(EvaluationInput input, StepWake wake, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var (pipeline, subject) = (input.Pipeline, input.Subject);
        if (await AttemptTransitions.OpenOf(db, pipeline.PipelineId).FirstOrDefaultAsync(cancellation) is { } open)
        {
            // A run of it may have been replaced since.
            if (open.Candidates != subject.Candidates)
                await AttemptTransitions.ReplaceCandidatesAsync(db, open, subject.Candidates, cancellation);

            return open;
        }

        var key = CanonicalJson.Hash(new JsonObject
        {
            ["pipeline_id"] = pipeline.PipelineId.Value,
            ["candidates"] = JsonNode.Parse(subject.Candidates),
            ["policy"] = JsonNode.Parse(subject.Policy),
            ["champion_version"] = input.Champion?.Version ?? 0,
            ["revision"] = pipeline.Revision,
        });
        var isLate = pipeline.Trigger == AttemptTrigger.Event && wake == StepWake.Reconciler;
        var trigger = isLate ? AttemptTrigger.Reconcile : pipeline.Trigger;
        var attempt = AttemptTransitions.New(subject, trigger, $"auto/{key}", time.GetUtcNow());
        attempt.Tries = await PostponementsAsync(db, input, cancellation);
        await db.InsertIfAbsentAsync(attempt, cancellation);

        // Of two who open one, one writes it; both use that.
        return await AttemptTransitions.OpenOf(db, pipeline.PipelineId).SingleAsync(cancellation);
    }

    /// <summary>A new attempt by hand, not yet stored.</summary>
    /// <param name="input">What it is about.</param>
    /// <param name="key">Its idempotency key; null: the caller gave none.</param>
    /// <param name="request">What was asked, in canonical JSON.</param>
    public PromotionAttemptRow OpenByHand(EvaluationInput input, string? key, string request)
    {
        var attempt = AttemptTransitions.New(input.Subject, AttemptTrigger.Manual, key, time.GetUtcNow());
        attempt.Request = request;
        return attempt;
    }

    /// <summary>A new attempt to roll back, not yet stored.</summary>
    /// <param name="rollback">What it is about.</param>
    /// <param name="trigger">Whether somebody asked for it.</param>
    /// <param name="began">When it was asked for.</param>
    public static PromotionAttemptRow OpenRollback(
        RollbackInput rollback, AttemptTrigger trigger, DateTimeOffset began) => AttemptTransitions.New(
        rollback.Subject, trigger, $"rollback/{rollback.Current.Identifier}/{rollback.Current.Version + 1}", began);

    /// <summary>
    /// A run whose stored artifact is not what was stored: never used again. The attempt that found it tells so, and the pipeline waits for
    /// nothing else
    /// any more.
    /// </summary>
    public async Task InvalidateAsync(
        Lease lease,
        PromotionAttemptRow attempt,
        RunRow run,
        string reason,
        IReadOnlyList<Refusal> refusals,
        CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var found = new Refusal(time.GetUtcNow(), $"{run.ModelType} run {run.RunId} is invalid: {reason}");

        // Run, attempt, pipeline: in the order in which everybody locks them.
        await RunOutcomes.InvalidateAsync(db, run, reason, cancellation);
        await AttemptTransitions.RecordRefusalsAsync(db, attempt, [.. refusals, found], cancellation);
        await AttemptTransitions.UnblockAsync(db, attempt, cancellation);
        if (await PipelineTransitions.QueueAsync(db, lease, cancellation))
            await transaction.CommitAsync(cancellation);
    }

    /// <summary>A run whose stored artifact is not what was stored, found by an attempt that leaves nothing: never used again.</summary>
    public async Task InvalidateAsync(RunRow run, string reason, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await RunOutcomes.InvalidateAsync(db, run, reason, cancellation);
    }

    /// <summary>Concludes a pipeline's open attempt and ends the pipeline with it, or does nothing.</summary>
    /// <returns>
    /// False: the lease was lost, the pipeline was cancelled or has other runs now, or another promotion of the identifier came between.
    /// </returns>
    public Task<bool> ConcludeAsync(
        Lease lease, EvaluationInput input, PromotionAttemptRow attempt, AttemptConclusion conclusion, CancellationToken cancellation) =>
        ConcludeAsync(attempt, conclusion, Evaluated(lease, input), cancellation);

    /// <summary>Concludes an attempt that is not stored yet, or does nothing.</summary>
    /// <returns>False: its key is taken, or another promotion of the identifier came between.</returns>
    public Task<bool> ConcludeAsync(PromotionAttemptRow attempt, AttemptConclusion conclusion, CancellationToken cancellation) =>
        ConcludeAsync(attempt, conclusion, null, cancellation);

    /// <summary>
    /// Ends an attempt that is stored nowhere, as <see cref="ConcludeAsync(PromotionAttemptRow, AttemptConclusion, CancellationToken)"/>
    /// would.
    /// </summary>
    public void End(PromotionAttemptRow attempt, AttemptConclusion conclusion) =>
        AttemptEnd.Of(attempt, conclusion, time.GetUtcNow()).ApplyTo(attempt);

    /// <summary>Keeps that a key was answered by an attempt that had concluded already.</summary>
    /// <returns>False: the key is taken.</returns>
    public async Task<bool> AnswerWithAsync(PromotionAttemptRow attempt, PromotionAttemptRow answer, CancellationToken cancellation)
    {
        attempt.AnsweredBy = answer.AttemptId;
        attempt.PipelineId = null; // The pipeline's story is the attempt that answers.
        attempt.Outcome = AttemptOutcome.KeptChampion;
        attempt.Reason = $"answered by attempt {answer.AttemptId}: the same candidates and policy, and the champion is unchanged since";
        (attempt.EndedAt, attempt.DurationMs) = (time.GetUtcNow(), 0);
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.InsertIfAbsentAsync(attempt, cancellation);
    }

    private async Task<bool> ConcludeAsync(
        PromotionAttemptRow attempt, AttemptConclusion conclusion, EvaluatedPipeline? pipeline, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var end = AttemptEnd.Of(attempt, conclusion, time.GetUtcNow());
        await AddScoreboardAsync(db, attempt, conclusion.Scoreboard, end.EndedAt, cancellation);
        FaultPoint.Reach("promotion.board-written");
        if (pipeline is null)
        {
            end.ApplyTo(attempt);
            if (!await db.InsertIfAbsentAsync(attempt, cancellation))
                return false;
        }

        // Until this is committed nobody can take it away to be pruned.
        if (conclusion.Champion is { } selected)
            await RetentionMarks.UseAsync(db, [selected.Pointer.RunId], cancellation);

        // The version decides between this and whatever promotes at the same moment.
        if (conclusion.Champion is { } champion && !await db.InsertIfAbsentAsync(Row(champion, attempt), cancellation))
            return false;

        if (conclusion.Champion is { } inForce)
        {
            await ShadowRuns.PromotedAsync(db, inForce.Pointer.RunId, cancellation);

            // From now on its forecasts meet what comes true.
            await db.InsertIfAbsentAsync(new LiveStationRow { Identifier = attempt.Identifier }, cancellation);
            await db.LiveStations.Where(s => s.Identifier == attempt.Identifier && s.NextAttemptAt != null).ExecuteUpdateAsync(
                set => set.SetProperty(s => s.NextAttemptAt, (DateTimeOffset?)null).SetProperty(s => s.Error, (string?)null), cancellation);
        }

        foreach (var (runId, metrics) in conclusion.TestMetrics)
            await RunOutcomes.RecordTestMetricsAsync(db, runId, metrics, cancellation);

        FaultPoint.Reach("promotion.champion-written");
        if (pipeline is not null)
        {
            await AttemptTransitions.EndAsync(db, attempt, end, cancellation);
            var ended = PipelineEnd.Of(conclusion.Outcome, conclusion.Reason, pipeline.HasChampion, end.EndedAt);
            if (!await PipelineTransitions.ConcludeAsync(db, pipeline, attempt.AttemptId, ended, cancellation))
                return false;
        }

        FaultPoint.Reach("promotion.before-commit");
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("promotion.after-commit");
        if (pipeline is null && conclusion.Champion is { } promoted) // Whoever asked for it is told at once.
            await shown.ShowAsync((attempt.Identifier, promoted.Pointer.Timestamp), cancellation);
        return true;
    }

    private static EvaluatedPipeline Evaluated(Lease lease, EvaluationInput input) =>
        new(lease, input.Pipeline.Revision, input.Champion is not null);

    private static ChampionRow Row(NewChampion champion, PromotionAttemptRow attempt) => new()
    {
        Identifier = champion.Pointer.Identifier,
        Version = champion.Pointer.Version,
        RunId = champion.Pointer.RunId,
        ModelType = champion.Pointer.ModelType,
        ConfigHash = champion.Pointer.ConfigHash,
        Sequence = champion.Sequence,
        AttemptId = attempt.AttemptId,
        Pointer = JsonSerializer.Serialize(champion.Pointer, RegistryJson.Options),
        Since = champion.Pointer.Timestamp,
    };

    /// <summary>Keeps a scoreboard whole; before the attempt that names it.</summary>
    private static async Task AddScoreboardAsync(
        RegistryDbContext db, PromotionAttemptRow attempt, KeptScoreboard? scoreboard, DateTimeOffset now, CancellationToken cancellation)
    {
        if (scoreboard is null)
            return;

        db.Scoreboards.Add(new ScoreboardRow
        {
            ScoreboardId = scoreboard.ScoreboardId,
            ConfigHash = attempt.ConfigHash,
            Identifier = attempt.Identifier,
            PipelineId = attempt.PipelineId,
            Board = scoreboard.Json,
            CreatedAt = now,
        });
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>
    /// What put the trainings off that the pipeline waited for: a store that refused an upload is part of the story, too. Runs of before
    /// belong to the
    /// story of before.
    /// </summary>
    private static async Task<string> PostponementsAsync(RegistryDbContext db, EvaluationInput input, CancellationToken cancellation)
    {
        var id = input.Pipeline.PipelineId;
        var before = await db.PromotionAttempts.Where(a => a.PipelineId == id && a.EndedAt != null).MaxAsync(a => a.EndedAt, cancellation);
        var since = before > input.Pipeline.CreatedAt ? before.Value : input.Pipeline.CreatedAt;
        var postponed = from run in input.Runs
                        from refusal in Refusals.Read(run.Postponed)
                        where refusal.At >= since
                        orderby refusal.At
                        select refusal with { Error = $"{run.ModelType} run {run.RunId} was put off: {refusal.Error}" };
        return Refusals.Add("[]", postponed);
    }
}
