using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Training;

/// <summary>Every change of a run's row, each only where the lease token is still ours. False: somebody took the run over, or ended it.</summary>
internal sealed class RunTransitions(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    public async Task<RunRow?> FindAsync(RunId runId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == runId, cancellation);
    }

    /// <summary>True while a worker may bring the run to its end; false once it has ended, also where somebody cancelled it.</summary>
    public async Task<bool> IsAliveAsync(RunId runId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Runs.Where(r => r.RunId == runId).Alive().AnyAsync(cancellation);
    }

    /// <summary>A new attempt begins: what an attempt before it left behind is overwritten.</summary>
    public async Task<bool> BeginAsync(Lease lease, int attempt, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        var mine = await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Status, RunStatus.Running)
                .SetProperty(r => r.Attempt, attempt)
                .SetProperty(r => r.StartedAt, now)
                .SetProperty(r => r.Epoch, (int?)null)
                .SetProperty(r => r.EtaSeconds, (double?)null)
                .SetProperty(r => r.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(r => r.Error, (string?)null),
            cancellation) == 1;
        if (mine)
            await db.RunEpochs.Where(e => e.RunId == RunId.From(lease.Id)).ExecuteDeleteAsync(cancellation);

        await transaction.CommitAsync(cancellation);
        return mine;
    }

    /// <summary>Records progress, and the epoch's metrics where there are some.</summary>
    public async Task RecordAsync(Lease lease, FitProgress progress, double? etaSeconds, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var mine = await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Epoch, progress.Done)
                .SetProperty(r => r.Epochs, progress.Total)
                .SetProperty(r => r.EtaSeconds, etaSeconds),
            cancellation) == 1;
        if (mine && progress.Epoch is { } epoch)
            await db.InsertIfAbsentAsync(EpochRow(RunId.From(lease.Id), epoch), cancellation);

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Trained; from here on the run is stored, never trained again. The history is written whole: it holds for models without epochs too.</summary>
    public async Task<bool> TrainedAsync(Lease lease, string metrics, IEnumerable<EpochMetrics> history, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var mine = await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Status, RunStatus.Storing)
                .SetProperty(r => r.Metrics, metrics)
                .SetProperty(r => r.EtaSeconds, (double?)null)
                .SetProperty(r => r.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(r => r.Error, (string?)null)
                .SetProperty(r => r.Tries, 0),
            cancellation) == 1;
        if (mine)
        {
            foreach (var epoch in history)
                await db.InsertIfAbsentAsync(EpochRow(RunId.From(lease.Id), epoch), cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return mine;
    }

    /// <summary>Stored: the run names its manifest and lists its artifacts.</summary>
    public async Task<bool> SucceedAsync(Lease lease, string manifestSha256, IEnumerable<ManifestFile> files, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var mine = await EndAsync(db, lease, RunStatus.Succeeded, null, manifestSha256, cancellation);
        if (mine)
        {
            await db.RunArtifacts.Where(a => a.RunId == RunId.From(lease.Id)).ExecuteDeleteAsync(cancellation);
            db.RunArtifacts.AddRange(files.Select(f => new RunArtifactRow { RunId = RunId.From(lease.Id), Path = f.Path, Size = f.Size, Sha256 = f.Sha256 }));
            await db.SaveChangesAsync(cancellation);
        }

        FaultPoint.Reach("run.before-commit");
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("run.after-commit");
        return mine;
    }

    /// <summary>Failed for good.</summary>
    public async Task<bool> FailAsync(Lease lease, string error, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await EndAsync(db, lease, RunStatus.Failed, error, null, cancellation);
    }

    /// <summary>Something that is needed is away: tried again at <paramref name="next"/>, in whatever state it is.</summary>
    public async Task PostponeAsync(Lease lease, string error, DateTimeOffset next, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);

        // Nobody but the holder of the lease writes it: what was read is what is there.
        if (await Mine(db, lease).Select(r => r.Postponed).SingleOrDefaultAsync(cancellation) is not { } before)
            return;

        var postponed = Refusals.Add(before, [new Refusal(time.GetUtcNow(), error)]);
        await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Status, r => r.Status == RunStatus.Running ? RunStatus.Queued : r.Status)
                .SetProperty(r => r.Tries, r => r.Tries + 1)
                .SetProperty(r => r.Postponed, postponed)
                .SetProperty(r => r.NextAttemptAt, next)
                .SetProperty(r => r.Error, error),
            cancellation);
    }

    private async Task<bool> EndAsync(RegistryDbContext db, Lease lease, RunStatus status, string? error, string? manifestSha256, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Status, status)
                .SetProperty(r => r.Error, error)
                .SetProperty(r => r.ManifestSha256, manifestSha256)
                .SetProperty(r => r.EndedAt, now)
                .SetProperty(r => r.EtaSeconds, (double?)null)
                .SetProperty(r => r.NextAttemptAt, (DateTimeOffset?)null),
            cancellation) == 1;
    }

    /// <summary>The run while its lease is ours and it has not ended: one that was cancelled meanwhile stays cancelled.</summary>
    private static IQueryable<RunRow> Mine(RegistryDbContext db, Lease lease) => db.Runs
        .Where(r => r.RunId == RunId.From(lease.Id) && r.LeaseToken == lease.Token && r.LeaseOwner == lease.Owner)
        .Alive();

    private static RunEpochRow EpochRow(RunId runId, EpochMetrics epoch) => new()
    {
        RunId = runId,
        Epoch = epoch.Epoch,
        TrainLoss = epoch.TrainLoss,
        TrainRmse = epoch.TrainRmse,
        TrainMae = epoch.TrainMae,
        TrainR2 = epoch.TrainR2,
        ValLoss = epoch.ValLoss,
        ValRmse = epoch.ValRmse,
        ValMae = epoch.ValMae,
        ValR2 = epoch.ValR2,
    };
}
