using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Runs;

/// <summary>
/// Makes runs: the generations of an identity (<c>config_hash</c>, <c>model_type</c>, <c>params_hash</c>). Every method is part of the
/// caller's transaction.
/// </summary>
internal sealed class RunGenerations(RunCounter counter)
{
    /// <summary>
    /// Lets one transaction at a time decide about the generations of a run's identity, by the row lock of the first one.
    /// On SQLite a transaction that writes is alone anyway.
    /// </summary>
    public static Task LockAsync(RegistryDbContext db, RunRow run, CancellationToken cancellation) => db.Runs
        .Where(r => r.ConfigHash == run.ConfigHash && r.ModelType == run.ModelType && r.ParamsHash == run.ParamsHash && r.Generation == 0)
        .ExecuteUpdateAsync(set => set.SetProperty(r => r.Generation, 0), cancellation);

    /// <summary>All generations of a run's identity.</summary>
    public static IQueryable<RunRow> SameIdentity(RegistryDbContext db, RunRow run) => db.Runs.AsNoTracking()
        .Where(r => r.ConfigHash == run.ConfigHash && r.ModelType == run.ModelType && r.ParamsHash == run.ParamsHash);

    /// <summary>
    /// The run a plan needs: the newest generation, or a new one where that ended without a model or a new training is forced.
    /// </summary>
    /// <returns>The run, and whether it was there before.</returns>
    public Task<(RunRow Run, bool WasThere)> EnsureAsync(
        RegistryDbContext db, PlannedData data, PlannedRun planned, bool force, DateTimeOffset now, CancellationToken cancellation) =>
        EnsureAsync(db, RowOf(data.ConfigHash, data.Identifier, planned, now), force, cancellation);

    /// <summary>The ENSEMBLE of other members in the place of one: there already, or a new one.</summary>
    public async Task<RunRow> EnsembleAsync(
        RegistryDbContext db,
        RunRow old,
        IReadOnlyList<RunRow> members,
        RunCause cause,
        DateTimeOffset now,
        CancellationToken cancellation)
    {
        var row = RowOf(old.ConfigHash, old.Identifier, EnsembleParams.Of(members), now);
        (row.Cause, row.Replaces) = (cause, old.RunId);
        return (await EnsureAsync(db, row, force: false, cancellation)).Run;
    }

    /// <summary>Queues the next generation of a run's identity.</summary>
    /// <returns>The run of that generation, whoever made it.</returns>
    public async Task<RunRow> NextAsync(
        RegistryDbContext db, RunRow old, RunCause cause, DateTimeOffset now, CancellationToken cancellation)
    {
        var row = new RunRow
        {
            RunId = NewId(now),
            ConfigHash = old.ConfigHash,
            Identifier = old.Identifier,
            ModelType = old.ModelType,
            ParamsHash = old.ParamsHash,
            Generation = 1 + await SameIdentity(db, old).MaxAsync(r => r.Generation, cancellation),
            Params = old.Params,
            Cause = cause,
            Replaces = old.RunId,
            Status = RunStatus.Queued,
            CreatedAt = now,
        };
        return await QueueAsync(db, row, cancellation);
    }

    /// <summary>Generation of the run to use: the newest one, unless it ended without a model or a new one is forced.</summary>
    /// <returns>The generation, and whether it is new.</returns>
    public static (int Generation, bool IsNew) Of(RunRow? newest, bool force) => newest switch
    {
        null => (0, true),
        _ when force || (RunRules.HasEnded(newest.Status) && newest.Status != RunStatus.Succeeded) => (newest.Generation + 1, true),
        _ => (newest.Generation, false),
    };

    private async Task<(RunRow Run, bool WasThere)> EnsureAsync(
        RegistryDbContext db, RunRow row, bool force, CancellationToken cancellation)
    {
        var newest = await NewestAsync(db, row, cancellation);
        if (newest is not null)
        {
            // In use again, or it says now that it is pruned.
            await RetentionMarks.UseAsync(db, [newest.RunId], cancellation);
            newest = await NewestAsync(db, row, cancellation);
        }

        (row.Generation, var isNew) = Of(newest, force);
        return isNew ? (await QueueAsync(db, row, cancellation), false) : (newest!, true);
    }

    private static Task<RunRow?> NewestAsync(RegistryDbContext db, RunRow row, CancellationToken cancellation) =>
        SameIdentity(db, row).OrderByDescending(r => r.Generation).FirstOrDefaultAsync(cancellation);

    private static RunRow RowOf(ConfigHash configHash, Identifier identifier, PlannedRun planned, DateTimeOffset now) => new()
    {
        RunId = NewId(now),
        ConfigHash = configHash,
        Identifier = identifier,
        ModelType = planned.ModelType,
        ParamsHash = planned.ParamsHash,
        Generation = 0,
        Params = planned.Params,
        Status = RunStatus.Queued,
        CreatedAt = now,
    };

    private static RunId NewId(DateTimeOffset now) => RunId.From(Guid.CreateVersion7(now).ToString("N"));

    /// <summary>Of many callers one writes the generation; everybody uses that one.</summary>
    private async Task<RunRow> QueueAsync(RegistryDbContext db, RunRow row, CancellationToken cancellation)
    {
        if (await db.InsertIfAbsentAsync(row, cancellation))
            counter.Count(row.ModelType, RunStatus.Queued);

        return await SameIdentity(db, row).SingleAsync(r => r.Generation == row.Generation, cancellation);
    }
}
