using System.Linq.Expressions;
using System.Text.Json;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace FLTS.Modules.Registry.Backtests;

/// <summary>The step that carries a backtest out, and every change of its row by a worker.</summary>
internal sealed class BacktestStep(IDbContextFactory<RegistryDbContext> registry, TimeProvider time) : Step<BacktestRow>(registry, time)
{
    public override string Name => "backtest";

    public override string Id(BacktestRow row) => row.BacktestId.Value;

    public override string Queue(BacktestRow row) => "monitoring";

    public override string Label(BacktestRow row) => $"Backtest run {row.RunId} of {row.Identifier}";

    public override IReadOnlyDictionary<string, object> Scope(BacktestRow row) => new Dictionary<string, object>
    {
        ["backtest_id"] = row.BacktestId.Value,
        ["run_id"] = row.RunId.Value,
        ["identifier"] = row.Identifier.Value,
    };

    public override bool IsOpen(BacktestRow row) => BacktestRules.IsOpen(row.Status);

    /// <summary>A worker begins.</summary>
    public async Task<bool> BeginAsync(Lease lease, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        var now = Now;
        return await Mine(db, lease).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.Status, BacktestStatus.Running).SetProperty(b => b.StartedAt, now),
            cancellation) == 1;
    }

    /// <summary>Scored; from here on it is stored, never scored again.</summary>
    public async Task<bool> ScoredAsync(
        Lease lease, BacktestResult result, IReadOnlyList<HourScore> hours, CancellationToken cancellation)
    {
        var (whole, byHour) = (
            JsonSerializer.Serialize(result, RegistryJson.Options), JsonSerializer.Serialize(hours, RegistryJson.Options));
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        var now = Now;
        return await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(b => b.Status, BacktestStatus.Storing)
                .SetProperty(b => b.Result, whole)
                .SetProperty(b => b.Hours, byHour)
                .SetProperty(b => b.ScoredAt, now)
                .SetProperty(b => b.Tries, 0)
                .SetProperty(b => b.Error, (string?)null),
            cancellation) == 1;
    }

    /// <summary>Its line is in the inference log.</summary>
    public async Task<bool> SucceedAsync(Lease lease, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        var now = Now;
        return await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(b => b.Status, BacktestStatus.Succeeded)
                .SetProperty(b => b.Faults, 0)
                .SetProperty(b => b.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(b => b.Error, (string?)null)
                .SetProperty(b => b.EndedAt, now),
            cancellation) == 1;
    }

    protected override Expression<Func<BacktestRow, bool>> Is(string id) => b => b.BacktestId == BacktestId.From(id);

    protected override IQueryable<BacktestRow> Open(IQueryable<BacktestRow> rows) => rows.Unfinished();

    protected override IQueryable<BacktestRow> OwnRows(RegistryDbContext db) => db.Backtests.Unfinished();

    /// <summary>What is scored stays scored.</summary>
    protected override void SetWaiting(UpdateSettersBuilder<BacktestRow> set) =>
        set.SetProperty(b => b.Status, b => b.Status == BacktestStatus.Running ? BacktestStatus.Queued : b.Status);

    protected override void SetFailed(UpdateSettersBuilder<BacktestRow> set) =>
        set.SetProperty(b => b.Status, BacktestStatus.Failed).SetProperty(b => b.EndedAt, Now);
}
