using System.Linq.Expressions;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace FLTS.Modules.Registry.Runs;

/// <summary>The step that trains a run, and every change of its row by a worker. False: somebody took the run over, or ended it.</summary>
internal sealed class TrainStep(IDbContextFactory<RegistryDbContext> registry, TimeProvider time) : Step<RunRow>(registry, time)
{
    public override string Name => StepNames.Train;

    /// <summary>A run may be cancelled while it is trained.</summary>
    public override bool MayBeEndedByOthers => true;

    public override string Id(RunRow row) => row.RunId.Value;

    /// <summary>The model type in lower case, <c>references</c> for the naive ones.</summary>
    public override string Queue(RunRow row) =>
        ForecasterCatalog.IsReference(row.ModelType) ? "references" : row.ModelType.ToLowerInvariant();

    public override string Label(RunRow row) => $"Train {row.ModelType} on {Short(row.Identifier, row.ConfigHash)}";

    public override IReadOnlyDictionary<string, object> Scope(RunRow row) => new Dictionary<string, object>
    {
        ["run_id"] = row.RunId.Value,
        ["model_type"] = row.ModelType,
        ["config_hash"] = row.ConfigHash.Value,
        ["identifier"] = row.Identifier.Value,
    };

    public override bool IsOpen(RunRow row) => !RunRules.HasEnded(row.Status);

    /// <summary>Runs of unfinished pipelines whose data is ready, and that wait for no other run.</summary>
    public override IEnumerable<RunRow> Due(UnfinishedWork work) => work.Pipelines
        .Where(p => p.Dataset.Status == DatasetStatus.Ready)
        .SelectMany(p => p.Runs.Where(r => IsOpen(r) && !RunRules.AwaitedBy(r, p.Pipeline, p.Runs).Any()));

    /// <summary>Whether it waits for no other run: by the rule of the Reconciler, whoever asks for it before its time.</summary>
    public async Task<bool> CanBeginAsync(RunRow run, CancellationToken cancellation) =>
        !ForecasterCatalog.IsEnsemble(run.ModelType) || (await DueBesideAsync(run.RunId, cancellation)).Any(r => r.RunId == run.RunId);

    /// <summary>What is made of others and can begin, of the unfinished pipelines that have a run.</summary>
    public async Task<IReadOnlyList<RunRow>> EnsemblesOfAsync(RunId member, CancellationToken cancellation) =>
        [.. (await DueBesideAsync(member, cancellation))
            .Where(r => r.Status == RunStatus.Queued && ForecasterCatalog.IsEnsemble(r.ModelType))
            .DistinctBy(r => r.RunId)];

    /// <summary>Runs of a type that wait for this data.</summary>
    public async Task<IReadOnlyList<RunRow>> QueuedOnAsync(ConfigHash configHash, string modelType, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        return await db.Runs.AsNoTracking()
            .Where(r => r.ConfigHash == configHash && r.ModelType == modelType && r.Status == RunStatus.Queued)
            .ToListAsync(cancellation);
    }

    /// <summary>
    /// Which of these runs have ended and are held by nobody. One without a row belongs to a registry this process does not see.
    /// </summary>
    public async Task<IReadOnlyList<RunId>> EndedAsync(IReadOnlyCollection<RunId> runIds, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        return await db.Runs
            .Where(r => runIds.Contains(r.RunId) && r.LeaseOwner == null && !db.Runs.Alive().Any(a => a.RunId == r.RunId))
            .Select(r => r.RunId)
            .ToListAsync(cancellation);
    }

    /// <summary>A new attempt begins: what an attempt before it left behind is overwritten.</summary>
    public async Task<bool> BeginAsync(Lease lease, int attempt, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = Now;
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
        await using var db = await Registry.CreateDbContextAsync(cancellation);
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

    /// <summary>
    /// Trained; from here on the run is stored, never trained again. The history is written whole: it holds for models without epochs too.
    /// </summary>
    public async Task<bool> TrainedAsync(Lease lease, string metrics, IEnumerable<EpochMetrics> history, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
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

    /// <summary>Stored: the run names its manifest and lists its artifacts, and the runs without which it is no model.</summary>
    public async Task<bool> SucceedAsync(Lease lease, StoredManifest stored, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = Now;
        var mine = await Mine(db, lease).ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Status, RunStatus.Succeeded)
                .SetProperty(r => r.Error, (string?)null)
                .SetProperty(r => r.ManifestSha256, stored.Sha256)
                .SetProperty(r => r.Faults, 0)
                .SetProperty(r => r.EndedAt, now)
                .SetProperty(r => r.EtaSeconds, (double?)null)
                .SetProperty(r => r.NextAttemptAt, (DateTimeOffset?)null),
            cancellation) == 1;
        if (mine)
        {
            var id = RunId.From(lease.Id);
            await db.RunArtifacts.Where(a => a.RunId == id).ExecuteDeleteAsync(cancellation);
            db.RunArtifacts.AddRange(
                stored.Files.Select(f => new RunArtifactRow { RunId = id, Path = f.Path, Size = f.Size, Sha256 = f.Sha256 }));
            db.RunMembers.AddRange(stored.Members.Select(m => new RunMemberRow { RunId = id, MemberRunId = m.RunId }));
            await db.SaveChangesAsync(cancellation);
        }

        FaultPoint.Reach("run.before-commit");
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("run.after-commit");
        return mine;
    }

    /// <summary>
    /// Tried again later, in whatever state it is: what is trained stays trained. The attempt to promote it tells what put it off.
    /// </summary>
    public override async Task<bool> PostponeAsync(Lease lease, RunRow row, Postponement postponed, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);

        // Nobody but the holder of the lease writes it: what was read is what is there.
        if (await Mine(db, lease).Select(r => r.Postponed).SingleOrDefaultAsync(cancellation) is not { } before)
            return false;

        var told = Refusals.Add(before, postponed.Refusals);
        return await Mine(db, lease).ExecuteUpdateAsync(
            set =>
            {
                SetWaiting(set);
                SetPostponed(set, postponed);
                set.SetProperty(r => r.Postponed, told).SetProperty(r => r.Error, postponed.Reason);
            },
            cancellation) == 1;
    }

    /// <summary>Runs that are due in the unfinished pipelines that have this one.</summary>
    private async Task<IEnumerable<RunRow>> DueBesideAsync(RunId runId, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        var pipelines = await db.Pipelines.AsNoTracking().Unfinished().Include(p => p.Runs)
            .Where(p => p.Runs.Any(r => r.RunId == runId))
            .ToListAsync(cancellation);
        return Due(new UnfinishedWork(await PipelineStates.OfAsync(db, pipelines, cancellation), []));
    }

    protected override Expression<Func<RunRow, bool>> Is(string id) => r => r.RunId == RunId.From(id);

    protected override IQueryable<RunRow> Open(IQueryable<RunRow> rows) => rows.Alive();

    protected override void SetWaiting(UpdateSettersBuilder<RunRow> set) =>
        set.SetProperty(r => r.Status, r => r.Status == RunStatus.Running ? RunStatus.Queued : r.Status);

    protected override void SetFailed(UpdateSettersBuilder<RunRow> set) => set
        .SetProperty(r => r.Status, RunStatus.Failed)
        .SetProperty(r => r.ManifestSha256, (string?)null)
        .SetProperty(r => r.EndedAt, Now)
        .SetProperty(r => r.EtaSeconds, (double?)null);

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
