using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Changes;

/// <summary>
/// Tells from the rows what changed, whichever process wrote them: what may be looked at, each with a revision. Reads what is unfinished,
/// what is newest and one line a station and dataset, never a history.
/// </summary>
internal sealed class ChangeReader(IDbContextFactory<RegistryDbContext> registry)
{
    private const int NewestPipelines = 100, NewestEvents = 200, RevisionLength = 16;

    /// <param name="before">What was read before; null: nothing was.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Revisions> ReadAsync(Revisions? before, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var found = new Dictionary<(ChangeKind Kind, string Id), string>();
        var unfinished = await PipelinesAsync(db, before?.Unfinished ?? [], found, cancellation);
        await StationsAsync(db, found, cancellation);
        await DatasetsAsync(db, found, cancellation);
        return new Revisions(found, unfinished);
    }

    /// <returns>Those that have not ended.</returns>
    private static async Task<IReadOnlyList<PipelineId>> PipelinesAsync(
        RegistryDbContext db,
        IReadOnlyList<PipelineId> unfinished,
        Dictionary<(ChangeKind Kind, string Id), string> found,
        CancellationToken cancellation)
    {
        var now = await db.Pipelines.AsNoTracking().Unfinished().Select(p => p.PipelineId).ToListAsync(cancellation);
        var newest = await db.Pipelines.AsNoTracking()
            .OrderByDescending(p => p.CreatedAt).Select(p => p.PipelineId).Take(NewestPipelines).ToListAsync(cancellation);
        var asked = now.Union(unfinished).Union(newest).ToList();
        var pipelines = await db.Pipelines.AsNoTracking()
            .Where(p => asked.Contains(p.PipelineId))
            .Join(db.Datasets, p => p.ConfigHash, d => d.ConfigHash, (p, d) => new
            {
                p.PipelineId,
                State = new
                {
                    p.Status,
                    p.Revision,
                    p.WaitingReason,
                    p.NextAttemptAt,
                    p.AttemptId,
                    p.EndedAt,
                    Data = d.Status,
                    d.StartedAt,
                },
            })
            .ToListAsync(cancellation);
        var live = now.Union(unfinished).ToList();
        var runs = (await db.PipelineRuns.AsNoTracking()
                .Where(r => live.Contains(r.PipelineId))
                .Join(db.Runs, r => r.RunId, r => r.RunId, (p, r) => new { p.PipelineId, r.RunId, r.Status, r.Attempt, r.Epoch })
                .ToListAsync(cancellation))
            .ToLookup(r => r.PipelineId);
        foreach (var pipeline in pipelines)
        {
            // The runs of one that has ended do not change, until it is unfinished again.
            var states = runs[pipeline.PipelineId].OrderBy(r => r.RunId.Value, StringComparer.Ordinal)
                .Select(r => (r.RunId, State: string.Create(CultureInfo.InvariantCulture, $"{r.Status}-{r.Attempt}-{r.Epoch}")))
                .ToList();
            foreach (var (run, state) in states)
                found[(ChangeKind.Run, run.Value)] = Hash(state);
            var hasEnded = PipelineRules.HasEnded(pipeline.State.Status);
            found[(ChangeKind.Pipeline, pipeline.PipelineId.Value)] =
                Hash($"{pipeline.State}{(hasEnded ? "" : string.Join(' ', states.Select(s => $"{s.RunId}:{s.State}")))}");
        }

        return now;
    }

    private static async Task StationsAsync(
        RegistryDbContext db, Dictionary<(ChangeKind Kind, string Id), string> found, CancellationToken cancellation)
    {
        foreach (var c in await db.ChampionsInForce().Select(c => new { c.Identifier, c.Version }).ToListAsync(cancellation))
            found[(ChangeKind.Champion, c.Identifier.Value)] = c.Version.ToString(CultureInfo.InvariantCulture);
        foreach (var s in await db.LiveStations.AsNoTracking()
            .Select(s => new { s.Identifier, State = new { s.Version, s.Changes, s.DoneTo, s.ScoredTo, s.Error, s.NextAttemptAt } })
            .ToListAsync(cancellation))
            found[(ChangeKind.Live, s.Identifier.Value)] = Hash(s.State.ToString()!);
        foreach (var s in await db.Shadows.AsNoTracking().ToListAsync(cancellation))
            found[(ChangeKind.Shadow, s.Identifier.Value)] = Hash($"{s.RunId} {s.Since.UtcTicks}");
        var events = await db.DriftEvents.AsNoTracking()
            .OrderByDescending(e => e.NoticedAt)
            .Select(e => new { e.Identifier, e.EventId, e.NoticedAt, e.ActedAt })
            .Take(NewestEvents)
            .ToListAsync(cancellation);
        foreach (var station in events.GroupBy(e => e.Identifier))
            found[(ChangeKind.Drift, station.Key.Value)] = Hash(string.Join(' ', station.Select(e => $"{e.EventId}{e.ActedAt is null}")));
    }

    private static async Task DatasetsAsync(
        RegistryDbContext db, Dictionary<(ChangeKind Kind, string Id), string> found, CancellationToken cancellation)
    {
        var changes = await db.MeasurementLogs.AsNoTracking().ToDictionaryAsync(l => l.Dataset, l => l.Changes, cancellation);
        var files = (await db.Sources.AsNoTracking()
                .GroupBy(s => s.Name)
                .Select(g => new { Name = g.Key, Count = g.Count(), At = g.Max(s => s.RegisteredAt) })
                .ToListAsync(cancellation))
            .ToDictionary(s => s.Name, s => $"{s.Count} {s.At.UtcTicks}");
        foreach (var name in changes.Keys.Union(files.Keys))
            found[(ChangeKind.Dataset, name.Value)] = Hash($"{files.GetValueOrDefault(name)} {changes.GetValueOrDefault(name)}");
    }

    private static string Hash(string state) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)))[..RevisionLength];
}
