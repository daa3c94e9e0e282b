using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Reads what a pipeline's evaluation, a promotion by hand or a rollback starts from.</summary>
internal sealed class EvaluationInputs(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>What a pipeline is evaluated from. Null: no such pipeline, or it has ended.</summary>
    public async Task<EvaluationInput?> ReadAsync(PipelineId pipelineId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var pipeline = await db.Pipelines.AsNoTracking().Include(p => p.Runs).Unfinished()
            .SingleOrDefaultAsync(p => p.PipelineId == pipelineId, cancellation);
        return pipeline is null ? null : await OfAsync(db, pipeline, await RunsOfAsync(db, pipeline, cancellation), cancellation);
    }

    /// <summary>What a request names: runs that can be promoted now.</summary>
    /// <exception cref="NotFoundException">No such pipeline, config_hash or run.</exception>
    /// <exception cref="ConflictException">Models are missing; names them. Or the data is being prepared again.</exception>
    /// <exception cref="InvalidInputException">Runs of several config_hashes, or another identifier.</exception>
    public async Task<EvaluationInput> ResolveAsync(PromotionTarget target, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var (pipeline, runs) = await FindAsync(db, target, cancellation);

        // In use again, or they say now that they are pruned.
        await RetentionMarks.UseAsync(db, runs.Select(r => r.RunId), cancellation);
        (pipeline, runs) = await FindAsync(db, target, cancellation);
        if (target.Identifier is { } identifier && identifier != pipeline.Identifier)
            throw new InvalidInputException($"'identifier' is '{identifier}', but what is named belongs to '{pipeline.Identifier}'.");

        target.RequireModels(runs);
        var input = await OfAsync(db, pipeline, runs, cancellation);
        return input.Dataset is DatasetStatus.Ready or DatasetStatus.Failed
            ? input
            : throw new ConflictException($"The data {pipeline.ConfigHash} is being prepared; ask again when that has ended.");
    }

    /// <summary>The champion in force and the one to go back to.</summary>
    /// <param name="identifier">Whose champion.</param>
    /// <param name="toVersion">The version to go back to; null: the newest that was not itself rolled back.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NotFoundException">The identifier has no champion, or not this version.</exception>
    /// <exception cref="ConflictException">There is nothing to go back to.</exception>
    public async Task<RollbackInput> RollbackAsync(Identifier identifier, int? toVersion, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var lines = await db.LedgerLinesAsync(identifier, cancellation);
        if (lines.Count == 0)
            throw new NotFoundException($"'{identifier}' has no champion.");

        var (wanted, newest) = (RollbackLine(identifier, lines, toVersion).Version, lines[^1].Version);
        var ledger = db.Champions.AsNoTracking().Where(c => c.Identifier == identifier);
        var target = await ledger.SingleAsync(c => c.Version == wanted, cancellation);
        await RetentionMarks.UseAsync(db, [target.RunId], cancellation);
        var current = await ledger.SingleAsync(c => c.Version == newest, cancellation);
        return new RollbackInput(current, target, await db.Runs.AsNoTracking().SingleAsync(r => r.RunId == target.RunId, cancellation));
    }

    private static LedgerLine RollbackLine(Identifier identifier, List<LedgerLine> lines, int? version)
    {
        var current = lines[^1];
        if (version is not { } wanted)
        {
            return LedgerHistory.RollbackTarget(lines) ?? throw new ConflictException(
                $"'{identifier}' has no earlier champion to go back to that is another model than version {current.Version} "
                + "and was not itself rolled back.");
        }

        var line = lines.SingleOrDefault(l => l.Version == wanted)
            ?? throw new NotFoundException($"'{identifier}' has no version {wanted}; its versions are 1 to {current.Version}.");
        return line.RunId != current.RunId
            ? line
            : throw new ConflictException($"Version {wanted} of '{identifier}' is run {line.RunId}, which is in force already.");
    }

    private static async Task<EvaluationInput> OfAsync(
        RegistryDbContext db, PipelineRow pipeline, IReadOnlyList<RunRow> runs, CancellationToken cancellation)
    {
        var champion = await db.ChampionsInForce().FirstOrDefaultAsync(c => c.Identifier == pipeline.Identifier, cancellation);
        var championRun = champion is null ? null : await db.Runs.AsNoTracking().SingleAsync(r => r.RunId == champion.RunId, cancellation);
        var dataset = await db.Datasets.AsNoTracking().SingleAsync(d => d.ConfigHash == pipeline.ConfigHash, cancellation);
        var lines = await db.LedgerLinesAsync(pipeline.Identifier, cancellation);
        var newest = await db.Pipelines.Where(p => p.Identifier == pipeline.Identifier).MaxAsync(p => p.Sequence, cancellation);
        return new EvaluationInput(pipeline, dataset.Status, runs, champion, championRun, LedgerHistory.RolledBack(lines))
        {
            NewestSequence = newest,
            Rows = (dataset.TrainRows ?? 0) + (dataset.TestRows ?? 0),
            Columns = dataset.Columns is { } columns ? JsonNode.Parse(columns)!.AsArray().Count : 0,
        };
    }

    private static Task<(PipelineRow Pipeline, List<RunRow> Runs)> FindAsync(
        RegistryDbContext db, PromotionTarget target, CancellationToken cancellation) =>
        target.RunIds is { } ids ? OfRunsAsync(db, ids, cancellation) : OfPipelineAsync(db, target, cancellation);

    private static Task<List<RunRow>> RunsOfAsync(RegistryDbContext db, PipelineRow pipeline, CancellationToken cancellation)
    {
        var ids = pipeline.Runs.Select(r => r.RunId).ToList();
        return db.Runs.AsNoTracking().Where(r => ids.Contains(r.RunId)).ToListAsync(cancellation);
    }

    private static async Task<(PipelineRow Pipeline, List<RunRow> Runs)> OfPipelineAsync(
        RegistryDbContext db, PromotionTarget target, CancellationToken cancellation)
    {
        var (pipelineId, configHash) = (target.PipelineId, target.ConfigHash);
        var pipeline = await db.Pipelines.AsNoTracking().Include(p => p.Runs)
            .Where(p => pipelineId != null ? p.PipelineId == pipelineId : p.ConfigHash == configHash)
            .OrderByDescending(p => p.Sequence)
            .FirstOrDefaultAsync(cancellation)
            ?? throw new NotFoundException(pipelineId is not null
                ? $"There is no pipeline '{pipelineId}'."
                : $"There is no pipeline of config_hash '{configHash}'.");
        return (pipeline, await RunsOfAsync(db, pipeline, cancellation));
    }

    private static async Task<(PipelineRow Pipeline, List<RunRow> Runs)> OfRunsAsync(
        RegistryDbContext db, IReadOnlyList<RunId> ids, CancellationToken cancellation)
    {
        var runs = await db.Runs.AsNoTracking().Where(r => ids.Contains(r.RunId)).ToListAsync(cancellation);
        if (ids.Except(runs.Select(r => r.RunId)).ToList() is { Count: > 0 } unknown)
            throw new NotFoundException($"There is no run {string.Join(", ", unknown)}.");
        if (runs.Select(r => r.ConfigHash).Distinct().Count() > 1)
        {
            var hashes = string.Join(", ", runs.Select(r => $"{r.RunId}: {r.ConfigHash}"));
            throw new InvalidInputException(
                $"'run_ids' are of several config_hashes ({hashes}); only models of the same data can be compared.");
        }

        var pipeline = await db.Pipelines.AsNoTracking()
            .Where(p => p.Runs.Any(r => ids.Contains(r.RunId)))
            .OrderByDescending(p => p.Sequence)
            .FirstOrDefaultAsync(cancellation)
            ?? throw new NotFoundException("No pipeline holds these runs any more.");
        return (pipeline, runs);
    }
}
