using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Runs;

/// <summary>Reads runs for people.</summary>
internal sealed class RunReader(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>Newest first.</summary>
    public async Task<Page<RunView>> ListAsync(RunFilter filter, int limit, Cursor? cursor, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var query = db.Runs.AsNoTracking();
        if (filter.PipelineId is { } pipelineId)
            query = query.Where(r => db.PipelineRuns.Any(p => p.PipelineId == pipelineId && p.RunId == r.RunId));
        if (filter.ConfigHash is { } configHash)
            query = query.Where(r => r.ConfigHash == configHash);
        if (filter.Identifier is { } identifier)
            query = query.Where(r => r.Identifier == identifier);
        if (filter.ModelType is { } modelType)
            query = query.Where(r => r.ModelType == modelType);
        if (filter.Status is { } status)
            query = query.Where(r => r.Status == status);
        if (cursor is { } after)
        {
            query = query.Where(r =>
                r.CreatedAt < after.At || (r.CreatedAt == after.At && string.Compare((string)(object)r.RunId, after.Id) < 0));
        }

        var rows = await query.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.RunId).Take(limit + 1).ToListAsync(cancellation);
        var places = await PlacesAsync(db, [.. rows.Select(r => r.RunId)], cancellation);
        return Cursor.Page(
            rows,
            limit,
            r => new Cursor(r.CreatedAt, r.RunId.Value),
            r => RunView.Of(r, withArtifacts: false) with { Place = Of(places, r.RunId) });
    }

    /// <summary>A run as it is shown.</summary>
    /// <exception cref="NotFoundException">No such run.</exception>
    public async Task<RunView> ViewAsync(RunId runId, CancellationToken cancellation)
    {
        var run = await FindAsync(runId, cancellation);
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return RunView.Of(run, withArtifacts: true) with { Place = Of(await PlacesAsync(db, [runId], cancellation), runId) };
    }

    /// <summary>A run with its artifacts.</summary>
    /// <exception cref="NotFoundException">No such run.</exception>
    public async Task<RunRow> FindAsync(RunId runId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Runs.AsNoTracking().Include(r => r.Artifacts).Include(r => r.Members)
                .SingleOrDefaultAsync(r => r.RunId == runId, cancellation)
            ?? throw new NotFoundException($"There is no run '{runId}'. GET /runs lists them.");
    }

    /// <summary>Its epochs, and what the evaluator measured.</summary>
    /// <exception cref="NotFoundException">No such run.</exception>
    public async Task<RunMetricsView> MetricsAsync(RunId runId, CancellationToken cancellation)
    {
        var run = await FindAsync(runId, cancellation);
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var epochs = await db.RunEpochs.AsNoTracking().Where(e => e.RunId == runId).OrderBy(e => e.Epoch).ToListAsync(cancellation);
        return new RunMetricsView(
            runId,
            [.. epochs.Select(EpochView.Of)],
            run.TestMetrics is null ? null : JsonNode.Parse(run.TestMetrics));
    }

    /// <summary>How it was judged at every lead.</summary>
    /// <exception cref="NotFoundException">No such run, or no scoreboard has judged it by lead.</exception>
    public async Task<RunHorizonsView> HorizonsAsync(RunId runId, CancellationToken cancellation)
    {
        var run = await FindAsync(runId, cancellation);
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var boards = db.Scoreboards.AsNoTracking()
            .Where(s => s.ConfigHash == run.ConfigHash && s.Board.Contains(runId.Value))
            .OrderByDescending(s => s.CreatedAt)
            .Select(s => new { s.ScoreboardId, s.Board })
            .AsAsyncEnumerable();
        await foreach (var board in boards.WithCancellation(cancellation))
        {
            // Scoreboards of before know the first step alone.
            var entry = JsonNode.Parse(board.Board)!["entries"]!.AsArray()
                .FirstOrDefault(e => e!["run_id"]?.GetValue<string>() == runId.Value && e["leads"] is not null);
            if (entry is not null)
                return new RunHorizonsView(
                    runId,
                    board.ScoreboardId,
                    entry["leads"]!.DeepClone(),
                    entry["bands"]!.DeepClone(),
                    entry["not_judged"]?.DeepClone());
        }

        throw new NotFoundException($"Run {runId} was not judged by lead (yet): its pipeline's evaluation does, or POST /promote.");
    }

    /// <summary>Which of some runs are in force or stand beside who is.</summary>
    private static async Task<Dictionary<RunId, RunPlace>> PlacesAsync(
        RegistryDbContext db, IReadOnlyCollection<RunId> runs, CancellationToken cancellation)
    {
        var shadows = await db.Shadows.Where(s => runs.Contains(s.RunId)).Select(s => s.RunId).ToListAsync(cancellation);
        var champions = await db.ChampionsInForce().Where(c => runs.Contains(c.RunId)).Select(c => c.RunId).ToListAsync(cancellation);
        var places = shadows.ToDictionary(s => s, _ => RunPlace.Shadow);
        foreach (var champion in champions)
            places[champion] = RunPlace.Champion;
        return places;
    }

    private static RunPlace? Of(Dictionary<RunId, RunPlace> places, RunId run) => places.TryGetValue(run, out var place) ? place : null;
}
