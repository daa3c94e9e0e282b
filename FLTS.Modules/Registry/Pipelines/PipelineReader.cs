using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Tells the state of pipelines from the rows.</summary>
internal sealed class PipelineReader(
    IDbContextFactory<RegistryDbContext> registry, ShownPromotions shown, UnservedQueues unserved)
{
    /// <summary>Newest first.</summary>
    public async Task<Page<PipelineView>> ListAsync(
        Identifier? identifier, int limit, Cursor? cursor, CancellationToken cancellation, PipelineStatus? status = null)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var query = db.Pipelines.Include(p => p.Runs).AsNoTracking();
        if (identifier is not null)
            query = query.Where(p => p.Identifier == identifier);
        if (status is not null)
            query = query.Where(p => p.Status == status);

        if (cursor is { } after)
        {
            query = query.Where(p =>
                p.CreatedAt < after.At || (p.CreatedAt == after.At && string.Compare((string)(object)p.PipelineId, after.Id) < 0));
        }

        var rows = await query
            .OrderByDescending(p => p.CreatedAt)
            .ThenByDescending(p => p.PipelineId)
            .Take(limit + 1)
            .ToListAsync(cancellation);
        var views = (await ViewsAsync(db, [.. rows.Take(limit)], cancellation)).ToDictionary(v => v.PipelineId);
        return Cursor.Page(rows, limit, r => new Cursor(r.CreatedAt, r.PipelineId.Value), r => views.GetValueOrDefault(r.PipelineId)!);
    }

    /// <summary>By pipeline id, or the newest pipeline of a config hash.</summary>
    /// <exception cref="NotFoundException">Neither.</exception>
    public async Task<PipelineView> FindAsync(string id, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var row = await db.Pipelines.Include(p => p.Runs).AsNoTracking()
            .Where(p => p.PipelineId == PipelineId.From(id) || p.ConfigHash == ConfigHash.From(id))
            .OrderByDescending(p => p.CreatedAt)
            .FirstOrDefaultAsync(cancellation)
            ?? throw new NotFoundException($"There is no pipeline with the id or config_hash '{id}'. GET /pipelines lists them.");
        return (await ViewsAsync(db, [row], cancellation))[0];
    }

    private async Task<List<PipelineView>> ViewsAsync(
        RegistryDbContext db, IReadOnlyCollection<PipelineRow> pipelines, CancellationToken cancellation)
    {
        var states = await PipelineStates.OfAsync(db, pipelines, cancellation);
        var runIds = states.SelectMany(s => s.Runs).Select(r => r.RunId).Distinct().ToList();
        var epochs = (await db.RunEpochs.AsNoTracking()
                .Where(e => runIds.Contains(e.RunId) && db.Runs.Any(r => r.RunId == e.RunId && r.Epoch == e.Epoch))
                .ToListAsync(cancellation))
            .ToDictionary(e => e.RunId);
        await shown.ShowAsync(
            pipelines.Where(p => p.Status == PipelineStatus.Promoted && p.EndedAt is not null)
                .Select(p => (p.Identifier, p.EndedAt!.Value)),
            cancellation);

        var pipelineIds = pipelines.Select(p => p.PipelineId).ToList();
        var attempts = (await db.PromotionAttempts.AsNoTracking()
                .Where(a => a.PipelineId != null && pipelineIds.Contains(a.PipelineId.Value))
                .ToListAsync(cancellation))
            .GroupBy(a => a.PipelineId!.Value)
            .ToDictionary(g => g.Key, g => g.OrderByDescending(a => a.CreatedAt).First());
        return [.. states.Select(s => View(s, epochs, attempts.GetValueOrDefault(s.Pipeline.PipelineId)))];
    }

    private PipelineView View(PipelineState state, Dictionary<RunId, RunEpochRow> epochs, PromotionAttemptRow? attempt)
    {
        var (pipeline, dataset, runs) = state;

        // A pipeline that was run again shows the attempt of this time, not how it ended before.
        var isOfBefore = attempt?.EndedAt is not null && !PipelineRules.HasEnded(pipeline.Status);
        return new PipelineView(
            pipeline.PipelineId,
            pipeline.ConfigHash,
            pipeline.Identifier,
            pipeline.Dataset,
            pipeline.Sequence,
            PipelineProgress.StatusOf(pipeline, dataset, runs),
            unserved.Tell(state, PipelineProgress.WaitingFor(pipeline, dataset, runs)),
            PipelineProgress.StagesOf(pipeline, dataset, runs),
            [.. runs.Select(r => RunSummary.Of(r, epochs.GetValueOrDefault(r.RunId)))],
            attempt is null || isOfBefore ? null : AttemptSummary.Of(attempt),
            Warnings(dataset),
            pipeline.Error ?? (dataset is { Status: DatasetStatus.Failed, PrunedAt: null } ? dataset.Error : null),
            pipeline.CreatedAt,
            pipeline.EndedAt);
    }

    private static List<string> Warnings(DatasetRow dataset) =>
        dataset.Report is { } report && JsonNode.Parse(report)?["warnings"] is JsonArray warnings
            ? [.. warnings.Select(w => w!.ToString())]
            : [];
}
