using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Live;

/// <summary>Reads from ledger and scoreboards who is to be scored live.</summary>
internal sealed class LiveRosters(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>Drift is measured against it (FORECASTING.md 9).</summary>
    private static readonly string _baseline = new EwmaFamily().ModelType;

    private readonly ConcurrentDictionary<Identifier, (Origin Of, LiveRoster Roster)> _known = [];

    /// <exception cref="NotFoundException">Nothing is in force, or its dataset is not known.</exception>
    public async Task<LiveRoster> ReadAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var origin = await db.Champions.Where(c => c.Identifier == identifier)
            .OrderByDescending(c => c.Version)
            .Select(c => new Origin(
                c.Version,
                db.Shadows.Where(s => s.Identifier == identifier).Select(s => (RunId?)s.RunId).FirstOrDefault(),
                db.Scoreboards.Where(s => s.ConfigHash == c.ConfigHash).Max(s => (DateTimeOffset?)s.CreatedAt)))
            .FirstOrDefaultAsync(cancellation);
        if (origin is not null && _known.TryGetValue(identifier, out var known) && known.Of == origin)
            return known.Roster;

        var roster = await ReadAsync(db, identifier, cancellation);
        if (origin is not null)
            _known[identifier] = (origin, roster);
        return roster;
    }

    private static async Task<LiveRoster> ReadAsync(RegistryDbContext db, Identifier identifier, CancellationToken cancellation)
    {
        var champion = await db.ChampionsInForce().SingleOrDefaultAsync(c => c.Identifier == identifier, cancellation)
            ?? throw new NotFoundException($"Nothing was promoted for '{identifier}' yet. GET /champions lists what is in force.");
        var dataset = await db.Datasets
            .Where(d => d.ConfigHash == champion.ConfigHash)
            .Select(d => (DatasetName?)d.SourceName)
            .FirstOrDefaultAsync(cancellation)
            ?? throw new NotFoundException($"No dataset is known whose rows run {champion.RunId} could forecast.");
        List<LiveMember> members = [new(LiveRole.Champion, champion.RunId, null)];
        if (LedgerHistory.RollbackTarget(await db.LedgerLinesAsync(identifier, cancellation)) is { } before)
            members.Add(new LiveMember(LiveRole.Previous, before.RunId, null));
        if (await db.Shadows.AsNoTracking().SingleOrDefaultAsync(s => s.Identifier == identifier, cancellation) is { } shadow)
            members.Add(new LiveMember(LiveRole.Shadow, shadow.RunId, null));
        if (await BestReferenceAsync(db, champion, cancellation) is { } best)
            members.Add(new LiveMember(LiveRole.Reference, champion.RunId, best));
        members.Add(new LiveMember(LiveRole.Baseline, champion.RunId, _baseline));
        return new LiveRoster(champion.Version, dataset, members);
    }

    /// <summary>Of the scoreboard that the champion was promoted by; a rollback has none: then of the newest on its data.</summary>
    private static async Task<string?> BestReferenceAsync(RegistryDbContext db, ChampionRow champion, CancellationToken cancellation)
    {
        var own = db.PromotionAttempts.Where(a => a.AttemptId == champion.AttemptId).Select(a => a.ScoreboardId);
        var board = await db.Scoreboards.AsNoTracking()
            .Where(s => s.ConfigHash == champion.ConfigHash)
            .OrderByDescending(s => own.Contains(s.ScoreboardId))
            .ThenByDescending(s => s.CreatedAt)
            .Select(s => s.Board)
            .FirstOrDefaultAsync(cancellation);
        var lines = from entry in (board is null ? null : JsonNode.Parse(board)?["entries"])?.AsArray() ?? []
                    where (string?)entry?["kind"] == "reference"
                    let score = (double?)entry["decision_score"] ?? (double?)entry["score"]
                    where score is not null
                    select (Type: (string)entry["model_type"]!, Score: score);
        return lines.OrderBy(l => l.Score).Select(l => l.Type).FirstOrDefault();
    }

    /// <summary>What a roster follows from: while it is the same, so is the roster.</summary>
    private sealed record Origin(int Version, RunId? Shadow, DateTimeOffset? Board);
}
