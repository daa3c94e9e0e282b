using System.Text.Json;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Evaluation;

/// <summary>What every way to promote reads and writes alike.</summary>
internal static class PromotionRows
{
    public static async Task<EvaluationInput> InputAsync(RegistryDbContext db, PipelineRow pipeline, IReadOnlyList<RunRow> runs, CancellationToken cancellation)
    {
        var champion = await Newest(db, pipeline.Identifier).FirstOrDefaultAsync(cancellation);
        var championRun = champion is null ? null : await db.Runs.AsNoTracking().SingleAsync(r => r.RunId == champion.RunId, cancellation);
        var dataset = await db.Datasets.Where(d => d.ConfigHash == pipeline.ConfigHash).Select(d => d.Status).SingleAsync(cancellation);
        return new EvaluationInput(pipeline, dataset, runs, champion, championRun, Ledger.RolledBack(await LinesAsync(db, pipeline.Identifier, cancellation)));
    }

    public static IQueryable<ChampionRow> Newest(RegistryDbContext db, Identifier identifier) =>
        db.Champions.AsNoTracking().Where(c => c.Identifier == identifier).OrderByDescending(c => c.Version);

    /// <summary>The ledger of an identifier, by version.</summary>
    public static Task<List<LedgerLine>> LinesAsync(RegistryDbContext db, Identifier identifier, CancellationToken cancellation) => db.Champions.AsNoTracking()
        .Where(c => c.Identifier == identifier)
        .OrderBy(c => c.Version)
        .Join(db.PromotionAttempts, c => c.AttemptId, a => a.AttemptId, (c, a) => new LedgerLine(c.Version, c.RunId, a.Trigger == AttemptTrigger.Rollback))
        .ToListAsync(cancellation);

    /// <summary>Champion and test metrics, inside the caller's transaction.</summary>
    /// <returns>False: another promotion of the identifier took this version; the caller rolls back.</returns>
    public static async Task<bool> AddAsync(RegistryDbContext db, EvaluationInput input, AttemptId attemptId, EvaluationResult result, CancellationToken cancellation)
    {
        // A sequence never falls: what superseded an attempt once does so for ever.
        var sequence = Math.Max(input.Pipeline.Sequence, input.Champion?.Sequence ?? 0);
        if (result.Pointer is { } pointer && !await db.InsertIfAbsentAsync(Champion(pointer, sequence, attemptId), cancellation))
            return false;

        foreach (var (runId, metrics) in result.TestMetrics)
        {
            var text = metrics.ToJsonString();
            await db.Runs.Where(r => r.RunId == runId).ExecuteUpdateAsync(set => set.SetProperty(r => r.TestMetrics, text), cancellation);
        }

        return true;
    }

    public static ChampionRow Champion(PromotionPointer pointer, long sequence, AttemptId attemptId) => new()
    {
        Identifier = pointer.Identifier,
        Version = pointer.Version,
        RunId = pointer.RunId,
        ModelType = pointer.ModelType,
        ConfigHash = pointer.ConfigHash,
        Sequence = sequence,
        AttemptId = attemptId,
        Pointer = JsonSerializer.Serialize(pointer, RegistryJson.Options),
        Since = pointer.Timestamp,
    };

    /// <summary>Keeps a scoreboard whole; before the attempt that names it.</summary>
    public static async Task AddBoardAsync(RegistryDbContext db, ScoreboardModel? board, PipelineId pipelineId, DateTimeOffset now, CancellationToken cancellation)
    {
        if (board is null)
            return;

        db.Scoreboards.Add(new ScoreboardRow
        {
            ScoreboardId = board.ScoreboardId,
            ConfigHash = board.ConfigHash,
            Identifier = board.Identifier,
            PipelineId = pipelineId,
            Board = JsonSerializer.Serialize(board, RegistryJson.Options),
            CreatedAt = now,
        });
        await db.SaveChangesAsync(cancellation);
    }
}
