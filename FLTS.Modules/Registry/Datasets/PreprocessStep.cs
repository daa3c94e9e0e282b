using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace FLTS.Modules.Registry.Datasets;

/// <summary>SHA-256 of the stored objects of a dataset.</summary>
internal sealed record DatasetHashes(string Train, string Test, string Meta);

/// <summary>The step that prepares a dataset, and every change of its row by a worker.</summary>
internal sealed class PreprocessStep(IDbContextFactory<RegistryDbContext> registry, TimeProvider time) : Step<DatasetRow>(registry, time)
{
    public override string Name => StepNames.Preprocess;

    /// <summary>All pipelines that stand on the data may be cancelled while it is prepared.</summary>
    public override bool MayBeEndedByOthers => true;

    public override string Id(DatasetRow row) => row.ConfigHash.Value;

    public override string Queue(DatasetRow row) => "preprocessing";

    public override string Label(DatasetRow row) => $"Preprocess {Short(row.Identifier, row.ConfigHash)}";

    public override IReadOnlyDictionary<string, object> Scope(DatasetRow row) => new Dictionary<string, object>
    {
        ["config_hash"] = row.ConfigHash.Value,
        ["identifier"] = row.Identifier.Value,
    };

    public override bool IsOpen(DatasetRow row) => row.Status is DatasetStatus.Queued or DatasetStatus.Running;

    /// <summary>Data that an unfinished pipeline stands on.</summary>
    public override IEnumerable<DatasetRow> Due(UnfinishedWork work) => work.Pipelines.Select(p => p.Dataset).Where(IsOpen);

    /// <summary>While it has not ended, and not all pipelines have that stand on it: the next one to come goes on with it.</summary>
    public override async Task<bool> IsWantedAsync(string id, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        return await Open(db.Datasets.Where(Is(id)))
            .Where(d => !db.Pipelines.Any(p => p.ConfigHash == d.ConfigHash)
                || db.Pipelines.Unfinished().Any(p => p.ConfigHash == d.ConfigHash))
            .AnyAsync(cancellation);
    }

    /// <summary>A worker begins.</summary>
    public async Task<bool> BeginAsync(Lease lease, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        var now = Now;
        return await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(d => d.Status, DatasetStatus.Running)
                .SetProperty(d => d.StartedAt, now)
                .SetProperty(d => d.EndedAt, (DateTimeOffset?)null),
            cancellation) == 1;
    }

    /// <summary>Stored, read back and found right.</summary>
    public async Task<bool> ReadyAsync(Lease lease, DatasetMeta meta, DatasetHashes hashes, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        var now = Now;
        var report = Report(meta).ToJsonString();
        var columns = JsonSerializer.Serialize(meta.Columns);
        return await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(d => d.Status, DatasetStatus.Ready)
                .SetProperty(d => d.TrainRows, meta.TrainRows)
                .SetProperty(d => d.TestRows, meta.TestRows)
                .SetProperty(d => d.Columns, columns)
                .SetProperty(d => d.TrainSha256, hashes.Train)
                .SetProperty(d => d.TestSha256, hashes.Test)
                .SetProperty(d => d.MetaSha256, hashes.Meta)
                .SetProperty(d => d.Report, report)
                .SetProperty(d => d.Faults, 0)
                .SetProperty(d => d.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(d => d.Error, (string?)null)
                .SetProperty(d => d.EndedAt, now),
            cancellation) == 1;
    }

    protected override Expression<Func<DatasetRow, bool>> Is(string id) => d => d.ConfigHash == ConfigHash.From(id);

    protected override IQueryable<DatasetRow> Open(IQueryable<DatasetRow> rows) =>
        rows.Where(d => d.Status == DatasetStatus.Queued || d.Status == DatasetStatus.Running);

    protected override void SetWaiting(UpdateSettersBuilder<DatasetRow> set) => set.SetProperty(d => d.Status, DatasetStatus.Queued);

    protected override void SetFailed(UpdateSettersBuilder<DatasetRow> set) =>
        set.SetProperty(d => d.Status, DatasetStatus.Failed).SetProperty(d => d.EndedAt, Now);

    private static JsonObject Report(DatasetMeta meta) => new()
    {
        ["flat_columns"] = new JsonArray([.. meta.Report.FlatColumns.Select(c => (JsonNode)c)]),
        ["dropped_rows"] = meta.Report.DroppedRows,
        ["gaps"] = meta.Report.Train.Gaps,
        ["warnings"] = new JsonArray([.. meta.Report.Warnings.Select(w => (JsonNode)w)]),
        ["left_out"] = new JsonArray([.. meta.Report.LeftOut.Select(w => (JsonNode)w)]),
    };
}
