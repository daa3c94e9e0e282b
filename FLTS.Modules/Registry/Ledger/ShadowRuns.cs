using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Which run of a station is scored live beside its champion: every read and change of these rows.</summary>
internal sealed partial class ShadowRuns(IDbContextFactory<RegistryDbContext> registry, TimeProvider time, ILogger<ShadowRuns> logger)
{
    /// <summary>The run beside a station's champion; null: none. One that was promoted is the champion, and stands beside nobody.</summary>
    public async Task<RunId?> FindAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var found = await db.Shadows.Where(s => s.Identifier == identifier).Select(s => (RunId?)s.RunId).FirstOrDefaultAsync(cancellation);
        return found == await InForceAsync(db, identifier, cancellation) ? null : found;
    }

    /// <summary>Puts a run beside its station's champion; one that stands there already stays.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="dryRun">Says what would be, and stores nothing.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NotFoundException">No such run.</exception>
    /// <exception cref="ConflictException">
    /// It is no model, is the champion, has no champion to stand beside, or another stands there already.
    /// </exception>
    public async Task<ShadowView> PutAsync(RunId runId, bool dryRun, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);

        // First, so that nobody takes the run away to be pruned until this is committed; and then it is read.
        if (!dryRun)
            await RetentionMarks.UseAsync(db, [runId], cancellation);
        var run = await RunAsync(db, runId, cancellation);
        if (run.Status != RunStatus.Succeeded)
            throw new ConflictException(
                $"Run {runId} is {SnakeCase.Of(run.Status)}; only a run that succeeded has a model that can forecast beside the champion.");

        var champion = await InForceAsync(db, run.Identifier, cancellation)
            ?? throw new ConflictException(
                $"'{run.Identifier}' has no champion for run {runId} to stand beside: POST /promote puts one in force.");
        if (champion == runId)
            throw new ConflictException($"Run {runId} is the champion of '{run.Identifier}': it is scored as such.");

        var isNew = false;
        if (!dryRun)
        {
            await PromotedAsync(db, champion, cancellation); // At the same moment as it was put there.
            var row = new ShadowRow { Identifier = run.Identifier, RunId = runId, Since = time.GetUtcNow() };
            isNew = await db.InsertIfAbsentAsync(row, cancellation);
        }

        var stands = await db.Shadows.AsNoTracking().SingleOrDefaultAsync(s => s.Identifier == run.Identifier, cancellation);
        if (stands is not null && stands.RunId != runId)
            throw new ConflictException(
                $"Run {stands.RunId} stands beside the champion of '{run.Identifier}', and there is room for one: "
                + $"DELETE /runs/{stands.RunId}/shadow ends that.");

        await transaction.CommitAsync(cancellation);
        if (isNew)
            LogBegun(logger, runId, run.Identifier);
        return View(run, champion, stands?.Since, null);
    }

    /// <summary>A run stands beside the champion no more.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="dryRun">Says what would be, and changes nothing.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NotFoundException">No such run, or it does not stand there.</exception>
    public async Task<ShadowView> EndAsync(RunId runId, bool dryRun, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var run = await RunAsync(db, runId, cancellation);
        var since = await db.Shadows.Where(s => s.RunId == runId).Select(s => (DateTimeOffset?)s.Since).FirstOrDefaultAsync(cancellation);
        if (since is null || (!dryRun && await db.Shadows.Where(s => s.RunId == runId).ExecuteDeleteAsync(cancellation) == 0))
            throw new NotFoundException(
                $"Run {runId} does not stand beside the champion of '{run.Identifier}': there is nothing to be ended.");

        if (!dryRun)
            LogEnded(logger, runId, run.Identifier);
        return View(run, await InForceAsync(db, run.Identifier, cancellation), since, dryRun ? null : time.GetUtcNow());
    }

    /// <summary>A run that is put in force is no shadow any more; in the transaction that promotes it.</summary>
    public static Task PromotedAsync(RegistryDbContext db, RunId runId, CancellationToken cancellation) =>
        db.Shadows.Where(s => s.RunId == runId).ExecuteDeleteAsync(cancellation);

    private static ShadowView View(RunRow run, RunId? champion, DateTimeOffset? since, DateTimeOffset? until) =>
        new(run.Identifier, run.RunId, run.ModelType, champion, since, until, $"/live/{run.Identifier}");

    private static async Task<RunRow> RunAsync(RegistryDbContext db, RunId runId, CancellationToken cancellation) =>
        await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == runId, cancellation)
        ?? throw new NotFoundException($"There is no run '{runId}'. GET /runs lists them.");

    private static Task<RunId?> InForceAsync(RegistryDbContext db, Identifier identifier, CancellationToken cancellation) =>
        db.ChampionsInForce().Where(c => c.Identifier == identifier).Select(c => (RunId?)c.RunId).FirstOrDefaultAsync(cancellation);

    [LoggerMessage(
        EventName = "shadow_begun", Level = LogLevel.Information, Message = "Run {run_id} is scored beside the champion of {identifier}")]
    private static partial void LogBegun(ILogger logger, RunId run_id, Identifier identifier);

    [LoggerMessage(
        EventName = "shadow_ended",
        Level = LogLevel.Information,
        Message = "Run {run_id} is scored beside the champion of {identifier} no more")]
    private static partial void LogEnded(ILogger logger, RunId run_id, Identifier identifier);
}
