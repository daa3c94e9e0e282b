using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Attempts;

/// <summary>Every change of an attempt's row, each part of the caller's transaction. What has ended is never changed.</summary>
internal static class AttemptTransitions
{
    /// <summary>A new attempt, not yet stored.</summary>
    /// <param name="subject">What it is about.</param>
    /// <param name="trigger">Who asked for it.</param>
    /// <param name="key">Its idempotency key; null: one that nobody else has.</param>
    /// <param name="now">When it begins.</param>
    public static PromotionAttemptRow New(AttemptSubject subject, AttemptTrigger trigger, string? key, DateTimeOffset now)
    {
        var id = AttemptId.From(Guid.CreateVersion7(now).ToString("N"));
        return new PromotionAttemptRow
        {
            AttemptId = id,
            IdempotencyKey = key ?? $"manual/{id}",
            ConfigHash = subject.ConfigHash,
            Identifier = subject.Identifier,
            PipelineId = subject.PipelineId,
            Sequence = subject.Sequence,
            Trigger = trigger,
            Candidates = subject.Candidates,
            Policy = subject.Policy,
            CreatedAt = now,
        };
    }

    /// <summary>The open attempt of a pipeline: at most one.</summary>
    public static IQueryable<PromotionAttemptRow> OpenOf(RegistryDbContext db, PipelineId pipelineId) =>
        db.PromotionAttempts.AsNoTracking().Where(a => a.PipelineId == pipelineId && a.EndedAt == null);

    /// <summary>An open attempt has other candidates now: a run of its pipeline was replaced.</summary>
    public static Task ReplaceCandidatesAsync(
        RegistryDbContext db, PromotionAttemptRow attempt, string candidates, CancellationToken cancellation) =>
        Open(db, attempt).ExecuteUpdateAsync(set => set.SetProperty(a => a.Candidates, candidates), cancellation);

    /// <summary>Adds what was refused to an attempt's story.</summary>
    public static async Task RecordRefusalsAsync(
        RegistryDbContext db, PromotionAttemptRow attempt, IReadOnlyList<Refusal> refusals, CancellationToken cancellation)
    {
        if (refusals.Count == 0)
            return;

        attempt.Tries = Refusals.Add(attempt.Tries, refusals);
        await Open(db, attempt).ExecuteUpdateAsync(set => set.SetProperty(a => a.Tries, attempt.Tries), cancellation);
    }

    /// <summary>It cannot go on for now.</summary>
    public static Task BlockAsync(RegistryDbContext db, PromotionAttemptRow attempt, string reason, CancellationToken cancellation) =>
        Open(db, attempt).ExecuteUpdateAsync(
            set => set.SetProperty(a => a.Outcome, AttemptOutcome.Blocked).SetProperty(a => a.Reason, reason), cancellation);

    /// <summary>What blocked it is over.</summary>
    public static Task UnblockAsync(RegistryDbContext db, PromotionAttemptRow attempt, CancellationToken cancellation) =>
        Open(db, attempt).ExecuteUpdateAsync(
            set => set.SetProperty(a => a.Outcome, (AttemptOutcome?)null).SetProperty(a => a.Reason, (string?)null), cancellation);

    /// <summary>Ends it.</summary>
    public static Task EndAsync(RegistryDbContext db, PromotionAttemptRow attempt, AttemptEnd end, CancellationToken cancellation) =>
        Open(db, attempt).ExecuteUpdateAsync(end.Setters(), cancellation);

    /// <summary>Ends a pipeline's open attempt with the pipeline.</summary>
    public static Task CancelAsync(RegistryDbContext db, PipelineId pipelineId, DateTimeOffset now, CancellationToken cancellation) =>
        db.PromotionAttempts.Where(a => a.PipelineId == pipelineId && a.EndedAt == null).ExecuteUpdateAsync(
            set => set
                .SetProperty(a => a.Outcome, AttemptOutcome.Failed)
                .SetProperty(a => a.Reason, "the pipeline was cancelled by hand")
                .SetProperty(a => a.EndedAt, now),
            cancellation);

    private static IQueryable<PromotionAttemptRow> Open(RegistryDbContext db, PromotionAttemptRow attempt) =>
        db.PromotionAttempts.Where(a => a.AttemptId == attempt.AttemptId && a.EndedAt == null);
}
