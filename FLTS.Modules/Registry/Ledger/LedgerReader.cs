using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Reads attempts, scoreboards and champions for people.</summary>
internal sealed class LedgerReader(IDbContextFactory<RegistryDbContext> registry, ShownPromotions shown)
{
    /// <summary>Every model in force, for whoever serves them.</summary>
    public async Task<List<ServedChampion>> InForceAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.ChampionsInForce()
            .Join(db.Runs, c => c.RunId, r => r.RunId, (c, r) =>
                new ServedChampion(c.Identifier, c.Version, c.RunId, r.Attempt, r.ManifestSha256, c.ModelType, c.ConfigHash))
            .ToListAsync(cancellation);
    }

    /// <summary>Newest first.</summary>
    public async Task<Page<AttemptView>> AttemptsAsync(
        ConfigHash? configHash, Identifier? identifier, int limit, Cursor? cursor, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var query = db.PromotionAttempts.AsNoTracking();
        if (configHash is not null)
            query = query.Where(a => a.ConfigHash == configHash);
        if (identifier is not null)
            query = query.Where(a => a.Identifier == identifier);
        if (cursor is { } after)
        {
            query = query.Where(a =>
                a.CreatedAt < after.At || (a.CreatedAt == after.At && string.Compare((string)(object)a.AttemptId, after.Id) < 0));
        }

        var rows = await query
            .OrderByDescending(a => a.CreatedAt)
            .ThenByDescending(a => a.AttemptId)
            .Take(limit + 1)
            .ToListAsync(cancellation);
        await ShowAsync(rows, cancellation);
        return Cursor.Page(rows, limit, a => new Cursor(a.CreatedAt, a.AttemptId.Value), AttemptView.Of);
    }

    /// <summary>One attempt.</summary>
    /// <exception cref="NotFoundException">No such attempt.</exception>
    public async Task<AttemptView> AttemptAsync(AttemptId attemptId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var row = await db.PromotionAttempts.AsNoTracking().SingleOrDefaultAsync(a => a.AttemptId == attemptId, cancellation)
            ?? throw new NotFoundException($"There is no promotion attempt '{attemptId}'. GET /promotions lists them.");
        await ShowAsync([row], cancellation);
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
        var rows = (await db.Champions.AsNoTracking().Where(c => page.Contains(c.Identifier)).ToListAsync(cancellation))
            .ToLookup(r => r.Identifier);
        await ShowAsync(rows.SelectMany(r => r), cancellation);
        return new Page<ChampionsView>([.. page.Select(i => View(i, rows[i], null))], identifiers.Count > limit ? page[^1].Value : null);
    }

    /// <summary>The champion of an identifier, now or at a moment, with its history.</summary>
    /// <exception cref="NotFoundException">Nothing was ever promoted for it.</exception>
    public async Task<ChampionsView> ChampionAsync(Identifier identifier, DateTimeOffset? asOf, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var rows = await db.Champions.AsNoTracking().Where(c => c.Identifier == identifier).ToListAsync(cancellation);
        if (rows.Count == 0)
            throw new NotFoundException($"Nothing was promoted for '{identifier}' yet. GET /champions lists what is in force.");

        await ShowAsync(rows, cancellation);
        return View(identifier, rows, asOf);
    }

    /// <summary>What the attempts of its ledger's lines say.</summary>
    public async Task<LedgerReasons> ReasonsAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var reasons = await db.Champions.AsNoTracking()
            .Where(c => c.Identifier == identifier)
            .Join(db.PromotionAttempts, c => c.AttemptId, a => a.AttemptId, (c, a) => new { c.Version, a.Reason })
            .ToDictionaryAsync(c => c.Version, c => c.Reason, cancellation);
        return new LedgerReasons(reasons, LedgerHistory.RollbackTarget(await db.LedgerLinesAsync(identifier, cancellation))?.Version);
    }

    private Task ShowAsync(IEnumerable<PromotionAttemptRow> rows, CancellationToken cancellation) => shown.ShowAsync(
        rows.Where(r => r is { Outcome: AttemptOutcome.Promoted, EndedAt: not null }).Select(r => (r.Identifier, r.EndedAt!.Value)),
        cancellation);

    private Task ShowAsync(IEnumerable<ChampionRow> rows, CancellationToken cancellation) =>
        shown.ShowAsync(rows.Select(r => (r.Identifier, r.Since)), cancellation);

    private static ChampionsView View(Identifier identifier, IEnumerable<ChampionRow> rows, DateTimeOffset? asOf)
    {
        var ordered = rows.OrderBy(r => r.Version).ToList();
        var history = ordered.Zip(ordered.Skip(1).Select(next => (DateTimeOffset?)next.Since).Append(null), View).ToList();
        var inForce = asOf is { } then ? history.LastOrDefault(h => h.Since <= then) : history[^1];
        return new ChampionsView(identifier, inForce, history);
    }

    private static ChampionView View(ChampionRow row, DateTimeOffset? until) =>
        new(row.Version, row.RunId, row.ModelType, row.ConfigHash, row.Since, until, row.AttemptId);
}
