using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Drift;

/// <summary>What was noticed of stations: every change of its rows, and who reads them.</summary>
internal sealed class DriftEvents(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <summary>Writes what was noticed, unless it is written already.</summary>
    /// <returns>Null: somebody has noticed it before.</returns>
    public async Task<DriftEventRow?> AddAsync(
        Identifier identifier, RunId champion, Noticed noticed, DriftAction action, CancellationToken cancellation)
    {
        var row = new DriftEventRow
        {
            EventId = noticed.IdOf(identifier, champion),
            Identifier = identifier,
            RunId = champion,
            Kind = noticed.Kind,
            Ts = MeasurementLog.Instant(noticed.At),
            Value = noticed.Value,
            Reason = noticed.Reason,
            Action = action,
            NoticedAt = time.GetUtcNow(),
        };
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.InsertIfAbsentAsync(row, cancellation) ? row : null;
    }

    /// <summary>What is still to be done for a station, in the order in which it was noticed.</summary>
    public async Task<IReadOnlyList<DriftEventRow>> WaitingAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.DriftEvents.AsNoTracking()
            .Where(e => e.Identifier == identifier
                && e.ActedAt == null
                && (e.Action == DriftAction.Retrain || e.Action == DriftAction.Rollback))
            .OrderBy(e => e.NoticedAt)
            .ToListAsync(cancellation);
    }

    /// <summary>The newest hour of data at which each kind was noticed of a champion.</summary>
    public async Task<IReadOnlyDictionary<DriftKind, DateTime>> NewestAsync(
        Identifier identifier, RunId champion, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var newest = await db.DriftEvents
            .Where(e => e.Identifier == identifier && e.RunId == champion)
            .GroupBy(e => e.Kind)
            .Select(g => new { Kind = g.Key, Ts = g.Max(e => e.Ts) })
            .ToListAsync(cancellation);
        return newest.ToDictionary(e => e.Kind, e => MeasurementLog.Time(e.Ts));
    }

    /// <summary>When pipelines were started for a station since a moment, newest first; given up counts not.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> RetrainedAsync(
        Identifier identifier, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.DriftEvents
            .Where(e => e.Identifier == identifier && e.PipelineId != null && e.ActedAt >= since)
            .OrderByDescending(e => e.ActedAt)
            .Select(e => e.ActedAt!.Value)
            .ToListAsync(cancellation);
    }

    /// <summary>How long pipelines that were started by events have taken since a moment, all stations together.</summary>
    public async Task<TimeSpan> SpentAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var spans = await db.DriftEvents
            .Where(e => e.PipelineId != null && e.ActedAt >= since)
            .Join(db.Pipelines, e => e.PipelineId, p => p.PipelineId, (e, p) => new { Began = e.ActedAt!.Value, p.EndedAt })
            .ToListAsync(cancellation);
        return TimeSpan.FromTicks(spans.Sum(s => Math.Max(0, ((s.EndedAt ?? now) - s.Began).Ticks)));
    }

    /// <summary>Whether a station was rolled back by its live errors since a moment.</summary>
    public async Task<bool> WasRolledBackAsync(Identifier identifier, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.PromotionAttempts.AnyAsync(
            a => a.Identifier == identifier && a.Trigger == AttemptTrigger.Live && a.CreatedAt >= since, cancellation);
    }

    /// <summary>The attempt by live errors that put an earlier run in force in the place of one; null: there is none.</summary>
    public async Task<AttemptId?> RollbackOfAsync(DriftEventRow row, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.PromotionAttempts
            .Where(a => a.Identifier == row.Identifier && a.Trigger == AttemptTrigger.Live && a.CreatedAt >= row.NoticedAt)
            .OrderBy(a => a.CreatedAt)
            .Select(a => (AttemptId?)a.AttemptId)
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>It is done, or given up: what is said of that is written once.</summary>
    public async Task EndAsync(DriftEventRow row, AttemptId? attempt, string? error, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.DriftEvents.Where(e => e.EventId == row.EventId && e.ActedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(e => e.ActedAt, now).SetProperty(e => e.AttemptId, attempt).SetProperty(e => e.Error, error),
            cancellation);
    }

    /// <summary>
    /// What was noticed since a moment that somebody may have to look at, by station: how often, and the newest. New rows alone are none.
    /// </summary>
    public async Task<IReadOnlyDictionary<Identifier, StationAlarms>> AlarmsAsync(
        DateTimeOffset since, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var events = await db.DriftEvents.AsNoTracking()
            .Where(e => e.NoticedAt >= since && e.Kind != DriftKind.Rows)
            .OrderByDescending(e => e.NoticedAt)
            .Select(e => new { e.Identifier, e.Kind, e.NoticedAt })
            .ToListAsync(cancellation);
        return events.GroupBy(e => e.Identifier)
            .ToDictionary(s => s.Key, s => new StationAlarms(s.Count(), s.First().Kind, s.First().NoticedAt));
    }

    /// <summary>Newest first.</summary>
    public async Task<Page<DriftEventView>> ListAsync(
        Identifier? identifier, int limit, Cursor? cursor, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var query = db.DriftEvents.AsNoTracking();
        if (identifier is not null)
            query = query.Where(e => e.Identifier == identifier);
        if (cursor is { } after)
        {
            query = query.Where(e =>
                e.NoticedAt < after.At || (e.NoticedAt == after.At && string.Compare(e.EventId, after.Id) < 0));
        }

        var rows = await query
            .OrderByDescending(e => e.NoticedAt)
            .ThenByDescending(e => e.EventId)
            .Take(limit + 1)
            .ToListAsync(cancellation);
        return Cursor.Page(rows, limit, e => new Cursor(e.NoticedAt, e.EventId), DriftEventView.Of);
    }
}
