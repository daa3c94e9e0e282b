using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Schedules;

/// <summary>
/// The due times of schedules and what came of them: every change of their rows. Each is one conditional update, so that of many
/// processes that look one makes it, and a process that is killed leaves what the next one needs.
/// </summary>
internal sealed class ScheduleFires(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <summary>Fires in a row that failed, after which a schedule is paused.</summary>
    public const int MostFailures = 5;

    /// <summary>Fires of a schedule that are kept, the newest.</summary>
    public const int MostKept = 10_000;

    /// <summary>Writes the due times that have come since the last look: the newest is to be started, the others were missed.</summary>
    /// <param name="schedule">As it was read; where it has moved on since, somebody else has written them.</param>
    /// <param name="due">Ascending, at least one, of which the last ones are kept.</param>
    /// <param name="fireAt">When the last of them is to be started.</param>
    /// <param name="cancellation">Stops it before anything is written.</param>
    /// <returns>Fires that are missed now; null: nothing was written.</returns>
    public async Task<int?> AddAsync(
        ScheduleRow schedule, IReadOnlyList<DateTimeOffset> due, DateTimeOffset fireAt, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var (name, read, through) = (schedule.Name, schedule.DueThrough, due[^1]);
        var isMine = await db.Schedules
            .Where(s => s.Name == name && s.DueThrough == read && s.PausedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.DueThrough, through), cancellation) == 1;
        if (!isMine)
            return null;

        var missed = await db.ScheduleFires
            .Where(f => f.Schedule == name && f.Outcome == FireOutcome.Waiting)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(f => f.Outcome, FireOutcome.Missed)
                    .SetProperty(f => f.NextAttemptAt, (DateTimeOffset?)null)
                    .SetProperty(f => f.EndedAt, now),
                cancellation);
        foreach (var at in due)
        {
            var isLast = at == through;
            missed += isLast ? 0 : 1;
            await db.InsertIfAbsentAsync(
                new ScheduleFireRow
                {
                    Schedule = name,
                    DueAt = at,
                    Outcome = isLast ? FireOutcome.Waiting : FireOutcome.Missed,
                    NextAttemptAt = isLast ? fireAt : null,
                    EndedAt = isLast ? null : now,
                },
                cancellation);
        }

        await ForgetAsync(db, name, cancellation);
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("schedule.due-written");
        return missed;
    }

    /// <summary>Writes that a schedule is to be started now, whatever its clock says.</summary>
    public async Task<FireId> AddByHandAsync(ScheduleName name, CancellationToken cancellation)
    {
        // Whole milliseconds: both databases give back what they were given.
        var now = time.GetUtcNow();
        var id = new FireId(name, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond)));
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.InsertIfAbsentAsync(
            new ScheduleFireRow { Schedule = name, DueAt = id.DueAt, ByHand = true, Outcome = FireOutcome.Waiting, NextAttemptAt = now },
            cancellation);
        FaultPoint.Reach("schedule.asked-for");
        return id;
    }

    /// <summary>What is due and not begun.</summary>
    public async Task<IReadOnlyList<ScheduleFireRow>> WaitingAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.ScheduleFires.AsNoTracking()
            .Where(f => f.Outcome == FireOutcome.Waiting && f.NextAttemptAt <= now)
            .OrderBy(f => f.DueAt)
            .ToListAsync(cancellation);
    }

    /// <exception cref="NotFoundException">No such fire: its schedule was removed meanwhile.</exception>
    public async Task<ScheduleFireRow> GetAsync(FireId id, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await At(db, id).AsNoTracking().FirstOrDefaultAsync(cancellation)
            ?? throw new NotFoundException($"Schedule '{id.Schedule}' was removed meanwhile.");
    }

    /// <summary>The newest fires of a schedule, newest first.</summary>
    public async Task<IReadOnlyList<ScheduleFireRow>> NewestAsync(ScheduleName name, int limit, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.ScheduleFires.AsNoTracking()
            .Where(f => f.Schedule == name)
            .OrderByDescending(f => f.DueAt)
            .Take(limit)
            .ToListAsync(cancellation);
    }

    /// <summary>How many fires of each schedule came to what.</summary>
    public async Task<ILookup<ScheduleName, (FireOutcome Outcome, int Count)>> OutcomesAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var counts = await db.ScheduleFires
            .GroupBy(f => new { f.Schedule, f.Outcome })
            .Select(g => new { g.Key.Schedule, g.Key.Outcome, Count = g.Count() })
            .ToListAsync(cancellation);
        return counts.ToLookup(c => c.Schedule, c => (c.Outcome, c.Count));
    }

    /// <summary>The pipeline of a schedule that is unfinished; null: none.</summary>
    public async Task<PipelineId?> UnfinishedAsync(ScheduleName name, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var started = db.ScheduleFires.Where(f => f.Schedule == name && f.Outcome == FireOutcome.Started).Select(f => f.PipelineId);
        var unfinished = await db.Pipelines.Unfinished()
            .Where(p => started.Contains(p.PipelineId))
            .Select(p => p.PipelineId)
            .Take(1)
            .ToListAsync(cancellation);
        return unfinished.Count == 0 ? null : unfinished[0];
    }

    /// <summary>Says of fires whose pipelines have ended how they ended.</summary>
    /// <returns>Those that this call brought to an end.</returns>
    public async Task<IReadOnlyList<EndedFire>> SettleAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var started = await db.ScheduleFires.AsNoTracking().Where(f => f.Outcome == FireOutcome.Started).ToListAsync(cancellation);
        if (started.Count == 0)
            return [];

        var ids = started.Select(f => f.PipelineId!.Value).Distinct().ToList();
        var pipelines = await db.Pipelines.AsNoTracking()
            .Where(p => ids.Contains(p.PipelineId))
            .Select(p => new { p.PipelineId, p.Status, p.Error })
            .ToDictionaryAsync(p => p.PipelineId, cancellation);
        var ended = new List<EndedFire>();
        foreach (var fire in started)
        {
            // One that is gone ended before it went.
            var pipeline = pipelines.GetValueOrDefault(fire.PipelineId!.Value);
            if (pipeline is not null && !PipelineRules.HasEnded(pipeline.Status))
                continue;

            var (outcome, reason) = pipeline is { Status: PipelineStatus.Failed }
                ? (FireOutcome.Failed, $"The pipeline failed: {pipeline.Error}")
                : (FireOutcome.Finished, null);
            if (await EndAsync(fire, outcome, fire.PipelineId, reason, cancellation) is { } end)
                ended.Add(end);
        }

        return ended;
    }

    /// <summary>
    /// Ends a fire, unless somebody else has moved it on; with the fifth failure in a row its schedule is paused in the same transaction.
    /// </summary>
    /// <returns>Null: somebody else has.</returns>
    public async Task<EndedFire?> EndAsync(
        ScheduleFireRow fire, FireOutcome outcome, PipelineId? pipeline, string? reason, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var isMine = await At(db, new FireId(fire.Schedule, fire.DueAt)).Where(f => f.Outcome == fire.Outcome).ExecuteUpdateAsync(
            set => set
                .SetProperty(f => f.Outcome, outcome)
                .SetProperty(f => f.PipelineId, pipeline)
                .SetProperty(f => f.Reason, reason)
                .SetProperty(f => f.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(f => f.EndedAt, now),
            cancellation) == 1;
        if (!isMine)
            return null;

        var isPaused = outcome == FireOutcome.Failed && await PauseAsync(db, fire.Schedule, reason, cancellation);
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("schedule.ended");
        return new EndedFire(fire, outcome, reason, isPaused);
    }

    /// <summary>Puts off the start of a fire that waits.</summary>
    public async Task PostponeAsync(
        ScheduleFireRow fire, DateTimeOffset until, bool isUnforeseen, string reason, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await At(db, new FireId(fire.Schedule, fire.DueAt))
            .Where(f => f.Outcome == FireOutcome.Waiting && f.Tries == fire.Tries)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(f => f.NextAttemptAt, until)
                    .SetProperty(f => f.Tries, f => f.Tries + 1)
                    .SetProperty(f => f.Faults, f => f.Faults + (isUnforeseen ? 1 : 0))
                    .SetProperty(f => f.Reason, reason),
                cancellation);
    }

    /// <summary>Pauses a schedule whose last fires all failed.</summary>
    private async Task<bool> PauseAsync(RegistryDbContext db, ScheduleName name, string? reason, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var last = await db.ScheduleFires
            .Where(f => f.Schedule == name
                && (f.Outcome == FireOutcome.Failed || f.Outcome == FireOutcome.Finished)
                && db.Schedules.Any(s => s.Name == name && s.FailuresFrom <= f.DueAt))
            .OrderByDescending(f => f.DueAt)
            .Take(MostFailures)
            .Select(f => f.Outcome)
            .ToListAsync(cancellation);
        if (last.Count < MostFailures || last.Contains(FireOutcome.Finished))
            return false;

        var why = $"{MostFailures} fires in a row failed, the last one so: {reason}";
        return await db.Schedules.Where(s => s.Name == name && s.PausedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.PausedAt, now).SetProperty(s => s.PausedReason, why), cancellation) == 1;
    }

    /// <summary>Fires beyond those that are kept are removed; nobody asks for their due times again, the schedule is past them.</summary>
    private static async Task ForgetAsync(RegistryDbContext db, ScheduleName name, CancellationToken cancellation)
    {
        var beyond = await db.ScheduleFires
            .Where(f => f.Schedule == name)
            .OrderByDescending(f => f.DueAt)
            .Skip(MostKept)
            .Take(1)
            .Select(f => f.DueAt)
            .ToListAsync(cancellation);
        if (beyond is [var newest])
            await db.ScheduleFires
                .Where(f => f.Schedule == name && f.DueAt <= newest && f.EndedAt != null)
                .ExecuteDeleteAsync(cancellation);
    }

    private static IQueryable<ScheduleFireRow> At(RegistryDbContext db, FireId id) =>
        db.ScheduleFires.Where(f => f.Schedule == id.Schedule && f.DueAt == id.DueAt);
}
