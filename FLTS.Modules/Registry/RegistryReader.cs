using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Sources;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry;

/// <summary>Filters of <c>GET /runs</c>.</summary>
internal sealed record RunFilter(PipelineId? PipelineId, ConfigHash? ConfigHash, Identifier? Identifier, string? ModelType, RunStatus? Status);

/// <summary>Reads the registry for people.</summary>
internal sealed class RegistryReader(IDbContextFactory<RegistryDbContext> registry)
{
    public async Task<Page<RunView>> RunsAsync(RunFilter filter, int limit, Cursor? cursor, CancellationToken cancellation)
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
            query = query.Where(r => r.CreatedAt < after.At || (r.CreatedAt == after.At && string.Compare((string)(object)r.RunId, after.Id) < 0));

        var rows = await query.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.RunId).Take(limit + 1).ToListAsync(cancellation);
        return Cursor.Page(rows, limit, r => new Cursor(r.CreatedAt, r.RunId.Value), r => RunView.Of(r, withArtifacts: false));
    }

    /// <exception cref="NotFoundException">No such run.</exception>
    public async Task<RunRow> RunAsync(RunId runId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Runs.AsNoTracking().Include(r => r.Artifacts).SingleOrDefaultAsync(r => r.RunId == runId, cancellation)
            ?? throw new NotFoundException($"There is no run '{runId}'. GET /runs lists them.");
    }

    public async Task<RunMetricsView> MetricsAsync(RunId runId, CancellationToken cancellation)
    {
        var run = await RunAsync(runId, cancellation);
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var epochs = await db.RunEpochs.AsNoTracking().Where(e => e.RunId == runId).OrderBy(e => e.Epoch).ToListAsync(cancellation);
        return new RunMetricsView(
            runId,
            [.. epochs.Select(e => new EpochView(e.Epoch, e.TrainLoss, e.TrainRmse, e.TrainMae, e.TrainR2, e.ValLoss, e.ValRmse, e.ValMae, e.ValR2))],
            run.TestMetrics is null ? null : JsonNode.Parse(run.TestMetrics));
    }

    public async Task<Page<AttemptView>> AttemptsAsync(ConfigHash? configHash, Identifier? identifier, int limit, Cursor? cursor, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var query = db.PromotionAttempts.AsNoTracking();
        if (configHash is not null)
            query = query.Where(a => a.ConfigHash == configHash);
        if (identifier is not null)
            query = query.Where(a => a.Identifier == identifier);
        if (cursor is { } after)
            query = query.Where(a => a.CreatedAt < after.At || (a.CreatedAt == after.At && string.Compare((string)(object)a.AttemptId, after.Id) < 0));

        var rows = await query.OrderByDescending(a => a.CreatedAt).ThenByDescending(a => a.AttemptId).Take(limit + 1).ToListAsync(cancellation);
        return Cursor.Page(rows, limit, a => new Cursor(a.CreatedAt, a.AttemptId.Value), AttemptView.Of);
    }

    /// <exception cref="NotFoundException">No such attempt.</exception>
    public async Task<AttemptView> AttemptAsync(AttemptId attemptId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var row = await db.PromotionAttempts.AsNoTracking().SingleOrDefaultAsync(a => a.AttemptId == attemptId, cancellation)
            ?? throw new NotFoundException($"There is no promotion attempt '{attemptId}'. GET /promotions lists them.");
        return AttemptView.Of(row);
    }

    /// <summary>The newest scoreboard of a config hash or a pipeline.</summary>
    /// <exception cref="NotFoundException">None.</exception>
    public async Task<JsonNode> ScoreboardAsync(string id, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var board = await db.Scoreboards.AsNoTracking()
            .Where(s => s.ConfigHash == ConfigHash.From(id) || s.PipelineId == PipelineId.From(id))
            .OrderByDescending(s => s.CreatedAt)
            .Select(s => s.Board)
            .FirstOrDefaultAsync(cancellation)
            ?? throw new NotFoundException($"There is no scoreboard of the config_hash or pipeline_id '{id}' (yet).");
        return JsonNode.Parse(board)!;
    }

    /// <summary>By identifier; <paramref name="after"/> is the last one of the page before.</summary>
    public async Task<Page<ChampionsView>> ChampionsAsync(int limit, string? after, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var known = db.Champions.AsNoTracking().Where(c => c.Version == 1).Select(c => c.Identifier);
        if (after is not null)
            known = known.Where(i => string.Compare((string)(object)i, after) > 0);

        var identifiers = await known.Order().Take(limit + 1).ToListAsync(cancellation);
        var page = identifiers.Take(limit).ToList();
        var rows = (await db.Champions.AsNoTracking().Where(c => page.Contains(c.Identifier)).ToListAsync(cancellation)).ToLookup(r => r.Identifier);
        return new Page<ChampionsView>([.. page.Select(i => View(i, rows[i], null))], identifiers.Count > limit ? page[^1].Value : null);
    }

    /// <exception cref="NotFoundException">Nothing was ever promoted for it.</exception>
    public async Task<ChampionsView> ChampionAsync(Identifier identifier, DateTimeOffset? asOf, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var rows = await db.Champions.AsNoTracking().Where(c => c.Identifier == identifier).ToListAsync(cancellation);
        return rows.Count > 0 ? View(identifier, rows, asOf) : throw new NotFoundException($"Nothing was promoted for '{identifier}' yet. GET /champions lists what is in force.");
    }

    /// <param name="sources">Knows what is offered.</param>
    /// <param name="limit">Most items of the page.</param>
    /// <param name="cursor">Name the page before ended with; null: the first page.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Page<DatasetView>> DatasetsAsync(ISourceCatalog sources, int limit, string? cursor, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var rows = await db.Sources.AsNoTracking().ToListAsync(cancellation);
        var views = rows.Where(r => r.Part == "train").GroupBy(r => r.Name).Select(g =>
        {
            var newest = g.MaxBy(r => r.Version)!;
            var test = rows.Where(r => r.Part == "test" && r.Name == g.Key).MaxBy(r => r.Version);
            return new DatasetView(g.Key, newest.Sha256, test?.Sha256, newest.Size + (test?.Size ?? 0), g.Count(), newest.RegisteredAt);
        }).ToList();

        // Offered, but not used yet: known by name only.
        var offered = (await sources.NamesAsync(cancellation)).Except(views.Select(v => v.Name)).Select(n => new DatasetView(n, null, null, null, 0, null));
        DatasetView[] page = [.. views.Concat(offered).OrderBy(v => v.Name.Value, StringComparer.Ordinal).SkipWhile(v => cursor is not null && string.CompareOrdinal(v.Name.Value, cursor) <= 0).Take(limit + 1)];
        return page.Length > limit ? new Page<DatasetView>(page[..limit], page[limit - 1].Name.Value) : new Page<DatasetView>(page, null);
    }

    private static ChampionsView View(Identifier identifier, IEnumerable<ChampionRow> rows, DateTimeOffset? asOf)
    {
        var ordered = rows.OrderBy(r => r.Version).ToList();
        var history = ordered.Select((r, i) => new ChampionView(r.Version, r.RunId, r.ModelType, r.ConfigHash, r.Since, i + 1 < ordered.Count ? ordered[i + 1].Since : null, r.AttemptId)).ToList();
        var inForce = asOf is { } then ? history.LastOrDefault(h => h.Since <= then) : history[^1];
        return new ChampionsView(identifier, inForce, history);
    }
}
