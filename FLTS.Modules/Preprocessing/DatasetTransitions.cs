using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Preprocessing;

/// <summary>Every change of a dataset's row, each only where the lease token is still ours.</summary>
internal sealed class DatasetTransitions(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    public async Task<DatasetRow?> FindAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Datasets.AsNoTracking().SingleOrDefaultAsync(d => d.ConfigHash == configHash, cancellation);
    }

    public async Task<bool> BeginAsync(Lease lease, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        return await Mine(db, lease)
            .Where(d => d.Status == DatasetStatus.Queued || d.Status == DatasetStatus.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.Status, DatasetStatus.Running).SetProperty(d => d.StartedAt, now).SetProperty(d => d.EndedAt, (DateTimeOffset?)null), cancellation) == 1;
    }

    public async Task<bool> ReadyAsync(Lease lease, BuiltDataset built, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        var meta = built.Meta;
        var report = Report(meta).ToJsonString();
        var columns = JsonSerializer.Serialize(meta.Columns);
        return await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(d => d.Status, DatasetStatus.Ready)
                .SetProperty(d => d.TrainRows, meta.TrainRows)
                .SetProperty(d => d.TestRows, meta.TestRows)
                .SetProperty(d => d.Columns, columns)
                .SetProperty(d => d.TrainSha256, built.TrainSha256)
                .SetProperty(d => d.TestSha256, built.TestSha256)
                .SetProperty(d => d.MetaSha256, built.MetaSha256)
                .SetProperty(d => d.Report, report)
                .SetProperty(d => d.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(d => d.Error, (string?)null)
                .SetProperty(d => d.EndedAt, now),
            cancellation) == 1;
    }

    public async Task FailAsync(Lease lease, string error, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        await Mine(db, lease).ExecuteUpdateAsync(
            set => set.SetProperty(d => d.Status, DatasetStatus.Failed).SetProperty(d => d.Error, error).SetProperty(d => d.EndedAt, now),
            cancellation);
    }

    public async Task PostponeAsync(Lease lease, string error, DateTimeOffset next, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(d => d.Status, DatasetStatus.Queued)
                .SetProperty(d => d.Tries, d => d.Tries + 1)
                .SetProperty(d => d.NextAttemptAt, next)
                .SetProperty(d => d.Error, error),
            cancellation);
    }

    private static JsonObject Report(DatasetMeta meta) => new()
    {
        ["flat_columns"] = new JsonArray([.. meta.Report.FlatColumns.Select(c => (JsonNode)c)]),
        ["dropped_rows"] = meta.Report.DroppedRows,
        ["gaps"] = meta.Report.Train.Gaps,
        ["warnings"] = new JsonArray([.. meta.Report.Warnings.Select(w => (JsonNode)w)]),
    };

    private static IQueryable<DatasetRow> Mine(RegistryDbContext db, Lease lease) =>
        db.Datasets.Where(d => d.ConfigHash == ConfigHash.From(lease.Id) && d.LeaseToken == lease.Token && d.LeaseOwner == lease.Owner);
}
