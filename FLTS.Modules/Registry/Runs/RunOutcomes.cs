using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace FLTS.Modules.Registry.Runs;

/// <summary>
/// What happens to a run that no worker does: it is cancelled, made pointless by a newer pipeline, found corrupt, left without data,
/// measured by the
/// evaluator. Every method is part of the caller's transaction; each is one conditional statement, which decides between it and any other
/// end.
/// </summary>
internal static class RunOutcomes
{
    /// <summary>Ends those of the runs that have not ended.</summary>
    /// <returns>How many.</returns>
    public static Task<int> CancelAsync(IQueryable<RunRow> runs, string reason, DateTimeOffset now, CancellationToken cancellation) =>
        runs.Alive().ExecuteUpdateAsync(Cancelled(reason, now), cancellation);

    /// <summary>The run, where no pipeline that has not ended has it.</summary>
    public static IQueryable<RunRow> Unneeded(RegistryDbContext db, RunId runId) => db.Runs.Where(r => r.RunId == runId
        && !db.PipelineRuns.Any(p => p.RunId == r.RunId && db.Pipelines.Unfinished().Any(o => o.PipelineId == p.PipelineId)));

    /// <summary>
    /// A newer pipeline makes older trainings of its identifier pointless: those that are still queued, and that no pipeline as new needs,
    /// are cancelled.
    /// </summary>
    public static Task CancelOlderAsync(RegistryDbContext db, PipelineRow newer, DateTimeOffset now, CancellationToken cancellation)
    {
        var (identifier, sequence) = (newer.Identifier, newer.Sequence);
        var reason = $"cancelled: pipeline {newer.PipelineId} (sequence {sequence}) of '{identifier}' is newer";
        return db.Runs
            .Where(r => r.Identifier == identifier && r.Status == RunStatus.Queued)
            .Where(r => db.PipelineRuns.Any(p => p.RunId == r.RunId) && !db.PipelineRuns.Any(p => p.RunId == r.RunId
                && db.Pipelines.Unfinished().Any(o => o.PipelineId == p.PipelineId
                    && (o.Sequence >= sequence || o.Identifier != identifier))))
            .ExecuteUpdateAsync(Cancelled(reason, now), cancellation);
    }

    /// <summary>A run whose stored artifact is not what was stored: never used again.</summary>
    public static Task InvalidateAsync(RegistryDbContext db, RunRow run, string reason, CancellationToken cancellation) => db.Runs
        .Where(r => r.RunId == run.RunId && r.Status == RunStatus.Succeeded && r.Attempt == run.Attempt)
        .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Invalid).SetProperty(r => r.Error, reason), cancellation);

    /// <summary>What the evaluator measured; nobody else writes it.</summary>
    public static Task RecordTestMetricsAsync(RegistryDbContext db, RunId runId, JsonObject metrics, CancellationToken cancellation)
    {
        var text = metrics.ToJsonString();
        return db.Runs.Where(r => r.RunId == runId).ExecuteUpdateAsync(set => set.SetProperty(r => r.TestMetrics, text), cancellation);
    }

    private static Action<UpdateSettersBuilder<RunRow>> Cancelled(string reason, DateTimeOffset now) => set => set
        .SetProperty(r => r.Status, RunStatus.Cancelled)
        .SetProperty(r => r.Error, reason)
        .SetProperty(r => r.EndedAt, now)
        .SetProperty(r => r.EtaSeconds, (double?)null)
        .SetProperty(r => r.NextAttemptAt, (DateTimeOffset?)null);
}
