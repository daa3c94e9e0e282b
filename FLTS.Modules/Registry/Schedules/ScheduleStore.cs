using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Schedules;

/// <summary>The rows of schedules: every read and change of them. What becomes of their due times: <see cref="ScheduleFires"/>.</summary>
internal sealed class ScheduleStore(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <exception cref="NotFoundException">No such schedule.</exception>
    public async Task<ScheduleRow> GetAsync(ScheduleName name, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await FindAsync(db, name, cancellation) ?? throw Unknown(name);
    }

    /// <summary>All of them, by name.</summary>
    public async Task<IReadOnlyList<ScheduleRow>> AllAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Schedules.AsNoTracking().OrderBy(s => s.Name).ToListAsync(cancellation);
    }

    /// <summary>
    /// Makes a schedule, or puts it in the place of the one of that name, which fires again where it was paused. Due times of before are
    /// not made up for where the clock it follows is another one, or where it was paused.
    /// </summary>
    /// <param name="wanted">What it is from now on.</param>
    /// <param name="origin">Who says so; what stands in the settings is changed by the settings alone.</param>
    /// <param name="most">Schedules at most.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The schedule, and whether it is new.</returns>
    /// <exception cref="ConflictException">It stands in the settings, or there are too many.</exception>
    public async Task<(ScheduleRow Row, bool IsNew)> PutAsync(
        ScheduleDefinition wanted, ScheduleOrigin origin, int most, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var isNew = await db.InsertIfAbsentAsync(NewRow(wanted, origin, now), cancellation);
        if (isNew && await db.Schedules.CountAsync(cancellation) > most)
            throw new ConflictException(
                $"{most} schedules exist, which is the most allowed (Pipeline:MaxSchedules). Delete one that is not needed any more.");

        if (!isNew)
        {
            var old = (await FindAsync(db, wanted.Name, cancellation))!;
            if (origin == ScheduleOrigin.Api)
                RefuseSettings(old);
            await db.Schedules.Where(s => s.Name == wanted.Name).ExecuteUpdateAsync(
                set => set
                    .SetProperty(
                        s => s.DueThrough,
                        s => s.PausedAt == null && s.Cron == wanted.Cron && s.Zone == wanted.Zone ? s.DueThrough : now)
                    .SetProperty(s => s.Cron, wanted.Cron)
                    .SetProperty(s => s.Zone, wanted.Zone)
                    .SetProperty(s => s.JitterSeconds, wanted.JitterSeconds)
                    .SetProperty(s => s.Overlap, wanted.Overlap)
                    .SetProperty(s => s.Request, wanted.Request)
                    .SetProperty(s => s.Origin, origin)
                    .SetProperty(s => s.FailuresFrom, now)
                    .SetProperty(s => s.PausedAt, (DateTimeOffset?)null)
                    .SetProperty(s => s.PausedReason, (string?)null)
                    .SetProperty(s => s.ChangedAt, now),
                cancellation);
        }

        var row = (await FindAsync(db, wanted.Name, cancellation))!;
        await transaction.CommitAsync(cancellation);
        return (row, isNew);
    }

    /// <summary>
    /// Makes the schedules of the settings what they say; one that they say no more is removed, one that is as they say stays as it is.
    /// </summary>
    /// <returns>Names that were put, and names that were removed.</returns>
    public async Task<(IReadOnlyList<ScheduleName> Put, IReadOnlyList<ScheduleName> Removed)> FollowAsync(
        IReadOnlyList<ScheduleDefinition> settings, CancellationToken cancellation)
    {
        var stored = await AllAsync(cancellation);
        var (put, removed) = (new List<ScheduleName>(), new List<ScheduleName>());
        foreach (var wanted in settings)
        {
            var old = stored.FirstOrDefault(s => s.Name == wanted.Name);
            if (old is { Origin: ScheduleOrigin.Settings } && ScheduleDefinition.Of(old) == wanted)
                continue;
            await PutAsync(wanted, ScheduleOrigin.Settings, int.MaxValue, cancellation);
            put.Add(wanted.Name);
        }

        foreach (var old in stored.Where(s => s.Origin == ScheduleOrigin.Settings && settings.All(w => w.Name != s.Name)))
        {
            await RemoveAsync(old.Name, cancellation);
            removed.Add(old.Name);
        }

        return (put, removed);
    }

    /// <summary>
    /// Lets a schedule fire again; due times while it was paused are not made up for. One that is not paused stays as it is.
    /// </summary>
    /// <exception cref="NotFoundException">No such schedule.</exception>
    public async Task<ScheduleRow> ResumeAsync(ScheduleName name, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.Schedules.Where(s => s.Name == name && s.PausedAt != null).ExecuteUpdateAsync(
            set => set
                .SetProperty(s => s.PausedAt, (DateTimeOffset?)null)
                .SetProperty(s => s.PausedReason, (string?)null)
                .SetProperty(s => s.DueThrough, now)
                .SetProperty(s => s.FailuresFrom, now),
            cancellation);
        return await FindAsync(db, name, cancellation) ?? throw Unknown(name);
    }

    /// <summary>Removes a schedule and its fires; what they started stays.</summary>
    /// <exception cref="NotFoundException">No such schedule.</exception>
    /// <exception cref="ConflictException">It stands in the settings.</exception>
    public async Task DeleteAsync(ScheduleName name, CancellationToken cancellation)
    {
        RefuseSettings(await GetAsync(name, cancellation));
        await RemoveAsync(name, cancellation);
    }

    private async Task RemoveAsync(ScheduleName name, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.Schedules.Where(s => s.Name == name).ExecuteDeleteAsync(cancellation);
    }

    private static Task<ScheduleRow?> FindAsync(RegistryDbContext db, ScheduleName name, CancellationToken cancellation) =>
        db.Schedules.AsNoTracking().FirstOrDefaultAsync(s => s.Name == name, cancellation);

    private static void RefuseSettings(ScheduleRow row)
    {
        if (row.Origin == ScheduleOrigin.Settings)
            throw new ConflictException(
                $"Schedule '{row.Name}' stands in the settings, section Schedules:{row.Name}: change or remove it there and start again. "
                + "POST fire and resume work.");
    }

    private static NotFoundException Unknown(ScheduleName name) => new(
        $"There is no schedule '{Sentence.Of(name.Value)}'. GET /schedules lists them; PUT /schedules/{{name}} makes one.");

    private static ScheduleRow NewRow(ScheduleDefinition wanted, ScheduleOrigin origin, DateTimeOffset now) => new()
    {
        Name = wanted.Name,
        Cron = wanted.Cron,
        Zone = wanted.Zone,
        JitterSeconds = wanted.JitterSeconds,
        Overlap = wanted.Overlap,
        Request = wanted.Request,
        Origin = origin,
        DueThrough = now,
        FailuresFrom = now,
        CreatedAt = now,
        ChangedAt = now,
    };
}
