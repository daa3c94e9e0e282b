using System.Linq.Expressions;
using System.Text.Json;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace FLTS.Modules.Registry.Drift;

/// <summary>The step that finds out what is usual for a champion, and every change of its row.</summary>
internal sealed class BaselineStep(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
    : Step<LiveBaselineRow>(registry, time)
{
    /// <summary>The only list of what has not ended.</summary>
    private static readonly List<BaselineStatus> _open = [BaselineStatus.Queued, BaselineStatus.Running];

    /// <summary>Before what failed is tried again.</summary>
    private static readonly TimeSpan _rest = TimeSpan.FromDays(1);

    public override string Name => "baseline";

    public override string Id(LiveBaselineRow row) => row.BaselineId;

    public override string Queue(LiveBaselineRow row) => "monitoring";

    public override string Label(LiveBaselineRow row) => $"What is usual for run {row.RunId} of {row.Identifier}";

    public override IReadOnlyDictionary<string, object> Scope(LiveBaselineRow row) => new Dictionary<string, object>
    {
        ["run_id"] = row.RunId.Value,
        ["identifier"] = row.Identifier.Value,
    };

    public override bool IsOpen(LiveBaselineRow row) => _open.Contains(row.Status);

    /// <summary>
    /// The row of a champion and the version before it; it is to be done where there is none yet, and again a day after it failed: nobody
    /// else asks for it; so is one of before that is outdated.
    /// </summary>
    public async Task<(LiveBaselineRow Row, bool IsAsked)> EnsureAsync(
        Identifier identifier, RunId run, RunId? other, CancellationToken cancellation)
    {
        var id = other is { } before ? $"{run}.{before}" : run.Value;
        if (await FindAsync(id, cancellation) is { } known)
            return (known, await RequeueAsync(known, cancellation));

        var row = new LiveBaselineRow
        {
            BaselineId = id,
            Identifier = identifier,
            RunId = run,
            OtherRunId = other,
            Status = BaselineStatus.Queued,
            CreatedAt = Now,
        };
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        return (row, await db.InsertIfAbsentAsync(row, cancellation));
    }

    /// <summary>What was found; null: nothing yet.</summary>
    public static BaselineResult? ResultOf(LiveBaselineRow row) =>
        row.Result is { } json ? JsonSerializer.Deserialize<BaselineResult>(json, RegistryJson.Options) : null;

    /// <summary>e: what is added to errors of the champion before they are compared; 0: not known.</summary>
    public static double SofteningOf(LiveBaselineRow row) => ResultOf(row)?.Drift?.Softened ?? 0;

    /// <summary>A worker begins.</summary>
    public async Task<bool> BeginAsync(Lease lease, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        return await Mine(db, lease).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.Status, BaselineStatus.Running), cancellation) == 1;
    }

    /// <summary>It is found.</summary>
    public async Task<bool> SucceedAsync(Lease lease, BaselineResult result, CancellationToken cancellation)
    {
        var (json, now) = (JsonSerializer.Serialize(result, RegistryJson.Options), Now);
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        return await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(b => b.Status, BaselineStatus.Succeeded)
                .SetProperty(b => b.Result, json)
                .SetProperty(b => b.Faults, 0)
                .SetProperty(b => b.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(b => b.Error, (string?)null)
                .SetProperty(b => b.EndedAt, now),
            cancellation) == 1;
    }

    /// <summary>What was noticed up to an hour is written; the evidence is kept for those that are judged beside this one.</summary>
    public async Task LookedAsync(string id, DateTimeOffset hour, double? evidence, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        await db.LiveBaselines.Where(Is(id)).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.LookedTo, hour).SetProperty(b => b.Evidence, evidence), cancellation);
    }

    /// <summary>The newest evidence of every other station whose champion is watched beside the version before.</summary>
    public async Task<IReadOnlyList<double>> EvidenceOfOthersAsync(string id, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        return await db.LiveBaselines
            .Where(b => b.BaselineId != id
                && b.Evidence != null
                && db.ChampionsInForce().Any(c => c.Identifier == b.Identifier && c.RunId == b.RunId))
            .Select(b => b.Evidence!.Value)
            .ToListAsync(cancellation);
    }

    private async Task<bool> RequeueAsync(LiveBaselineRow row, CancellationToken cancellation)
    {
        var isAgain = row.Status == BaselineStatus.Failed
            ? row.EndedAt <= Now - _rest
            : row.Status == BaselineStatus.Succeeded && ResultOf(row) is { IsOutdated: true };
        if (!isAgain)
            return false;

        await using var db = await Registry.CreateDbContextAsync(cancellation);
        return await db.LiveBaselines.Where(b => b.BaselineId == row.BaselineId && b.Status == row.Status).ExecuteUpdateAsync(
            set => set
                .SetProperty(b => b.Status, BaselineStatus.Queued)
                .SetProperty(b => b.Tries, 0)
                .SetProperty(b => b.Faults, 0)
                .SetProperty(b => b.Deaths, 0)
                .SetProperty(b => b.EndedAt, (DateTimeOffset?)null),
            cancellation) == 1;
    }

    protected override Expression<Func<LiveBaselineRow, bool>> Is(string id) => b => b.BaselineId == id;

    protected override IQueryable<LiveBaselineRow> Open(IQueryable<LiveBaselineRow> rows) =>
        rows.Where(b => EF.Constant(_open).Contains(b.Status));

    protected override IQueryable<LiveBaselineRow> OwnRows(RegistryDbContext db) => Open(db.LiveBaselines);

    protected override void SetWaiting(UpdateSettersBuilder<LiveBaselineRow> set) =>
        set.SetProperty(b => b.Status, BaselineStatus.Queued);

    protected override void SetFailed(UpdateSettersBuilder<LiveBaselineRow> set) =>
        set.SetProperty(b => b.Status, BaselineStatus.Failed).SetProperty(b => b.EndedAt, Now);
}
