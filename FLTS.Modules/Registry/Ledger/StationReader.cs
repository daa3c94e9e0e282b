using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Reads the state of every identifier at once.</summary>
internal sealed class StationReader(IDbContextFactory<RegistryDbContext> registry, ShownPromotions shown)
{
    /// <summary>All, by identifier: those that have a champion, and those that pipelines were started for.</summary>
    public async Task<IReadOnlyList<StationView>> AllAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var champions = (await db.ChampionsInForce()
                .Select(c => new
                {
                    Line = c,
                    Board = db.Scoreboards.Where(s => s.ConfigHash == c.ConfigHash)
                        .OrderByDescending(s => s.CreatedAt)
                        .Select(s => (ScoreboardId?)s.ScoreboardId)
                        .FirstOrDefault(),
                })
                .ToListAsync(cancellation))
            .ToDictionary(c => c.Line.Identifier);
        var pipelines = await db.Pipelines.AsNoTracking()
            .Where(p => p.Sequence == db.Pipelines.Where(o => o.Identifier == p.Identifier).Max(o => o.Sequence))
            .Select(p => new { p.Identifier, p.PipelineId, p.Dataset, p.Status })
            .ToListAsync(cancellation);
        var came = (await db.Sources.AsNoTracking()
                .GroupBy(s => s.Name)
                .Select(g => new { Name = g.Key, At = g.Max(s => s.RegisteredAt) })
                .ToListAsync(cancellation))
            .ToDictionary(s => s.Name, s => s.At);
        await shown.ShowAsync(champions.Values.Select(c => (c.Line.Identifier, c.Line.Since)), cancellation);

        var newest = pipelines.GroupBy(p => p.Identifier).ToDictionary(g => g.Key, g => g.First());
        return
        [
            .. champions.Keys.Union(newest.Keys).OrderBy(i => i.Value, StringComparer.Ordinal).Select(identifier =>
            {
                var (champion, pipeline) = (champions.GetValueOrDefault(identifier), newest.GetValueOrDefault(identifier));
                return new StationView(
                    identifier,
                    champion is null ? null : View(champion.Line),
                    champion?.Board,
                    pipeline?.PipelineId,
                    pipeline?.Status,
                    pipeline is not null && came.TryGetValue(pipeline.Dataset, out var at) ? at : null);
            }),
        ];
    }

    /// <summary>Scoreboards as the API answers them, by id.</summary>
    public async Task<IReadOnlyDictionary<ScoreboardId, string>> BoardsAsync(
        IReadOnlyCollection<ScoreboardId> ids, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Scoreboards.AsNoTracking()
            .Where(s => ids.Contains(s.ScoreboardId))
            .ToDictionaryAsync(s => s.ScoreboardId, s => s.Board, cancellation);
    }

    private static ChampionView View(ChampionRow row) =>
        new(row.Version, row.RunId, row.ModelType, row.ConfigHash, row.Since, null, row.AttemptId);
}
