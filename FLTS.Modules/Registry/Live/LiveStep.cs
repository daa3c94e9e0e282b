using System.Linq.Expressions;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace FLTS.Modules.Registry.Live;

/// <summary>
/// The step that scores a station's forecasts against what came, and every change of its live rows. It comes again with every change of
/// the dataset's log and of who is in force, and never ends: where it cannot go on, it is tried again an hour later, or when a
/// champion is promoted.
/// </summary>
internal sealed class LiveStep(IDbContextFactory<RegistryDbContext> registry, TimeProvider time) : Step<LiveStationRow>(registry, time)
{
    /// <summary>Between two tries of what is impossible as data and models are.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromHours(1);

    public override string Name => "live_stations";

    public override string Id(LiveStationRow row) => row.Identifier.Value;

    public override string Queue(LiveStationRow row) => "monitoring";

    public override string Label(LiveStationRow row) => $"Score {row.Identifier} live";

    public override IReadOnlyDictionary<string, object> Scope(LiveStationRow row) =>
        new Dictionary<string, object> { ["identifier"] = row.Identifier.Value };

    public override bool IsOpen(LiveStationRow row) => true;

    /// <summary>Whether there is something to score, or somebody else to score.</summary>
    public async Task<bool> IsDueAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        return await OwnRows(db).AnyAsync(s => s.Identifier == identifier, cancellation);
    }

    /// <summary>Stations of datasets that are due and wait for nothing.</summary>
    public async Task<IReadOnlyList<LiveStationRow>> DueOfAsync(IReadOnlyCollection<DatasetName> datasets, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        var now = Now;
        return await OwnRows(db).AsNoTracking()
            .Where(s => s.Dataset != null && datasets.Contains(s.Dataset.Value) && (s.NextAttemptAt == null || s.NextAttemptAt <= now))
            .ToListAsync(cancellation);
    }

    /// <summary>
    /// Others are scored from now on: who lost a role is scored in it up to the newest scored row, who has a new one from there on.
    /// </summary>
    /// <param name="lease">Of the station.</param>
    /// <param name="roster">Who.</param>
    /// <param name="step">See <see cref="LiveStationRow.Step"/>.</param>
    /// <param name="entries">All who have a role now; those that have it already stay as they are.</param>
    /// <param name="cancellation">Stops it before it is written.</param>
    public async Task<bool> EnterAsync(
        Lease lease, LiveRoster roster, string step, IReadOnlyList<LiveEntry> entries, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var isMine = await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(s => s.Version, roster.Version)
                .SetProperty(s => s.Changes, s => s.Dataset == roster.Dataset ? s.Changes : 0)
                .SetProperty(s => s.Target, s => s.Dataset == roster.Dataset ? s.Target : null)
                .SetProperty(s => s.DoneTo, s => s.Dataset == roster.Dataset ? s.DoneTo : null)
                .SetProperty(s => s.Dataset, roster.Dataset)
                .SetProperty(s => s.Step, step),
            cancellation) == 1;
        if (!isMine)
            return false;

        var identifier = Identifier.From(lease.Id);
        var station = await db.LiveStations.AsNoTracking().SingleAsync(s => s.Identifier == identifier, cancellation);
        var entered = entries.Select(e => e.ToRow(identifier, station.ScoredTo)).ToList();
        var open = await db.LiveModels.Where(m => m.Identifier == identifier && m.UntilTs == null).ToListAsync(cancellation);
        foreach (var left in open.Where(o => !entered.Any(e => (e.Model, e.Role) == (o.Model, o.Role))))
            left.UntilTs = station.ScoredTo > left.FromTs ? station.ScoredTo : left.FromTs;
        foreach (var next in entered.Where(e => !open.Exists(o => (o.Model, o.Role) == (e.Model, e.Role))))
        {
            // Somebody may have had the role before, for no row at all.
            if (await db.LiveModels.FindAsync([next.Identifier, next.Model, next.Role, next.FromTs], cancellation) is { } known)
                db.Entry(known).CurrentValues.SetValues(next);
            else
                db.LiveModels.Add(next);
        }

        await db.SaveChangesAsync(cancellation);
        FaultPoint.Reach("live.roles-before-commit");
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("live.roles-after-commit");
        return true;
    }

    /// <summary>A model is not scored any more, as long as it has its roles.</summary>
    /// <param name="lease">Of the station.</param>
    /// <param name="member">Which.</param>
    /// <param name="reason">Why, in a sentence.</param>
    /// <param name="cancellation">Stops it before it is written.</param>
    public async Task<bool> LeaveOutAsync(Lease lease, LiveMember member, string reason, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var isMine = await Mine(db, lease).ExecuteUpdateAsync(set => set.SetProperty(s => s.Version, s => s.Version), cancellation) == 1;
        if (!isMine)
            return false;

        var identifier = Identifier.From(lease.Id);
        await db.LiveModels.Where(m => m.Identifier == identifier && m.Model == member.Model && m.UntilTs == null)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.Reason, reason), cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Writes what a turn found, and how far the station is scored with it: all or nothing.</summary>
    public async Task<bool> ScoredAsync(Lease lease, LiveTurn turn, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = turn.Progress;
        var isMine = await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(s => s.Changes, now.Changes)
                .SetProperty(s => s.Target, now.Target)
                .SetProperty(s => s.DoneTo, now.DoneTo)
                .SetProperty(s => s.ScoredTo, now.ScoredTo)
                .SetProperty(s => s.KnownAt, now.KnownAt)
                .SetProperty(s => s.Tries, 0)
                .SetProperty(s => s.Faults, 0)
                .SetProperty(s => s.Deaths, 0)
                .SetProperty(s => s.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(s => s.Error, (string?)null),
            cancellation) == 1;
        if (!isMine)
            return false;

        var identifier = Identifier.From(lease.Id);
        await ReplaceAsync(db, identifier, turn, cancellation);
        if (turn.Intervals is var (intervals, before))
            await IntervalStates.AdvanceAsync(db, identifier, intervals, before, cancellation);
        if (turn.Windows is var (run, windows))
            await IntervalStates.PutWindowsAsync(db, identifier, run, windows, cancellation);
        if (now.ScoredTo is { } newest)
        {
            var station = await db.LiveStations.AsNoTracking().SingleAsync(s => s.Identifier == identifier, cancellation);
            await LiveKeeping.TidyAsync(db, station, newest, cancellation);
            await LiveSummary.WriteAsync(db, station, newest, cancellation);
        }

        FaultPoint.Reach("live.before-commit");
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("live.after-commit");
        return true;
    }

    /// <summary>What made it impossible is told and may pass: a file that is put right, a model that is replaced.</summary>
    public override async Task<bool> FailAsync(Lease lease, string reason, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        var next = Now + _pause;
        return await Mine(db, lease).ExecuteUpdateAsync(
            set =>
            {
                SetFailed(set);
                set.SetProperty(s => s.Error, reason).SetProperty(s => s.NextAttemptAt, next);
            },
            cancellation) == 1;
    }

    protected override Expression<Func<LiveStationRow, bool>> Is(string id) => s => s.Identifier == Identifier.From(id);

    protected override IQueryable<LiveStationRow> Open(IQueryable<LiveStationRow> rows) => rows;

    /// <summary>Those that are due.</summary>
    protected override IQueryable<LiveStationRow> OwnRows(RegistryDbContext db) => db.LiveStations.Where(s =>
        db.MeasurementLogs.Any(l => l.Dataset == s.Dataset && l.Changes > s.Changes)
        || db.Champions.Any(c => c.Identifier == s.Identifier && c.Version > s.Version)
        || db.Shadows.Any(h => h.Identifier == s.Identifier && !db.LiveModels.Any(
            m => m.Identifier == s.Identifier && m.Role == LiveRole.Shadow && m.UntilTs == null && m.RunId == h.RunId))
        || db.LiveModels.Any(m => m.Identifier == s.Identifier && m.Role == LiveRole.Shadow && m.UntilTs == null && !db.Shadows.Any(
            h => h.Identifier == s.Identifier && h.RunId == m.RunId)));

    protected override void SetWaiting(UpdateSettersBuilder<LiveStationRow> set)
    {
        // It waits as it is.
    }

    protected override void SetFailed(UpdateSettersBuilder<LiveStationRow> set) => set
        .SetProperty(s => s.Tries, 0)
        .SetProperty(s => s.Faults, 0)
        .SetProperty(s => s.Deaths, 0);

    private static async Task ReplaceAsync(RegistryDbContext db, Identifier identifier, LiveTurn turn, CancellationToken cancellation)
    {
        // Mostly all models and leads have the same hours: they go at once.
        foreach (var hours in turn.HourSpans.GroupBy(s => (s.Model, s.First, s.Last), s => s.Lead)
            .GroupBy(m => (m.Key.First, m.Key.Last, Leads: string.Join(' ', m)), m => (m.Key.Model, Leads: m.ToList())))
        {
            var (first, last, _) = hours.Key;
            List<string> models = [.. hours.Select(m => m.Model)];
            var leads = hours.First().Leads;
            await db.LiveErrors
                .Where(e => e.Identifier == identifier
                    && models.Contains(e.Model) && leads.Contains(e.Lead) && e.Start >= first && e.Start <= last)
                .ExecuteDeleteAsync(cancellation);
        }

        foreach (var blocks in turn.BlockSpans.GroupBy(s => (s.First, s.Last), s => s.Model))
        {
            var (first, last) = blocks.Key;
            List<string> models = [.. blocks];
            await db.LiveBlocks
                .Where(b => b.Identifier == identifier && models.Contains(b.Model) && b.Start >= first && b.Start <= last)
                .ExecuteDeleteAsync(cancellation);
        }

        if (turn.Origins is var (from, to))
        {
            await db.LiveForecasts
                .Where(f => f.Identifier == identifier && f.Origin >= from && f.Origin <= to)
                .ExecuteDeleteAsync(cancellation);
        }

        if (turn.HourSpans.Count > 0)
            FaultPoint.Reach("live.rows-removed");
        db.AddRange(turn.Rows(identifier));
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
    }
}
