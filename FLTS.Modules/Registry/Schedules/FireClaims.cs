using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Schedules;

/// <summary>
/// What a fire writes in the transaction that posts its pipeline: both are written or neither, so that it starts one pipeline whatever
/// dies in between. Every method is part of the caller's transaction.
/// </summary>
internal static class FireClaims
{
    /// <summary>Takes a fire that waits, by the lock of its row; of many callers one gets it.</summary>
    public static async Task<bool> TakeAsync(RegistryDbContext db, FireId fire, CancellationToken cancellation) =>
        await Waiting(db, fire).ExecuteUpdateAsync(set => set.SetProperty(f => f.Reason, (string?)null), cancellation) == 1;

    /// <summary>Says what it came to: a pipeline that it started, or one that exists already and has nothing new to do.</summary>
    public static Task EndAsync(
        RegistryDbContext db, FireId fire, PipelineId pipeline, bool isUnchanged, DateTimeOffset now, CancellationToken cancellation)
    {
        var outcome = isUnchanged ? FireOutcome.SkippedNoData : FireOutcome.Started;
        var endedAt = isUnchanged ? now : (DateTimeOffset?)null;
        return Waiting(db, fire).ExecuteUpdateAsync(
            set => set
                .SetProperty(f => f.Outcome, outcome)
                .SetProperty(f => f.PipelineId, pipeline)
                .SetProperty(f => f.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(f => f.StartedAt, now)
                .SetProperty(f => f.EndedAt, endedAt),
            cancellation);
    }

    private static IQueryable<ScheduleFireRow> Waiting(RegistryDbContext db, FireId fire) => db.ScheduleFires
        .Where(f => f.Schedule == fire.Schedule && f.DueAt == fire.DueAt && f.Outcome == FireOutcome.Waiting);
}
