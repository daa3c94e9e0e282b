using System.Text.Json;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Writes what a plan describes: data, runs and the pipeline that has them, in one transaction.</summary>
internal sealed class PipelinePosting(IDbContextFactory<RegistryDbContext> registry, RunGenerations generations, TimeProvider time)
{
    /// <summary>Posts a plan, or finds that it is already there: the same plan again makes nothing twice.</summary>
    /// <param name="plan">What is asked for.</param>
    /// <param name="mostUnfinished">Unfinished pipelines at most.</param>
    /// <param name="cancellation">Stops it before anything is written.</param>
    /// <exception cref="TooManyException">More unfinished pipelines than that.</exception>
    /// <exception cref="ConflictException">Data is to be prepared again that a pipeline works with.</exception>
    public async Task<PostedPipeline> PostAsync(PipelinePlan plan, int mostUnfinished, CancellationToken cancellation) =>
        (await PostAsync(plan, mostUnfinished, null, cancellation))!;

    /// <summary>
    /// As above, for what starts it once, which is written with it. Null: that waits no more, somebody else has posted it.
    /// </summary>
    public async Task<PostedPipeline?> PostAsync(
        PipelinePlan plan, int mostUnfinished, IPostingClaim? claim, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (claim is not null && !await claim.TakeAsync(db, cancellation))
            return null;

        await SourceVersions.HoldAsync(db, plan.Data.Source, RetentionReader.SourcesOf(plan.Data.Config), cancellation);
        await DatasetRequests.EnsureAsync(db, plan.Data, time.GetUtcNow(), cancellation);
        var (runs, known) = (new List<RunRow>(), new List<RunRow>());
        foreach (var type in plan.Runs.OrderBy(r => ForecasterCatalog.IsEnsemble(r.ModelType)))
        {
            // Which runs the others are is known now.
            var planned = ForecasterCatalog.IsEnsemble(type.ModelType) ? EnsembleParams.Of(runs) : type;
            var (run, wasThere) = await generations.EnsureAsync(db, plan.Data, planned, plan.ForceRetrain, time.GetUtcNow(), cancellation);
            runs.Add(run);
            if (wasThere)
                known.Add(run);
        }

        var same = await FindAsync(db, plan, runs, cancellation);
        var reopened = same is not null && await ReopenAsync(db, plan, same, cancellation);
        var pipeline = same ?? await AddAsync(db, plan, runs, mostUnfinished, cancellation);
        var isUnchanged = same is not null && !reopened;
        if (claim is not null)
            await claim.EndAsync(db, pipeline.PipelineId, isUnchanged, time.GetUtcNow(), cancellation);
        FaultPoint.Reach("pipeline.before-commit");
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("pipeline.after-commit");
        return new PostedPipeline(pipeline, isUnchanged, known);
    }

    /// <summary>The pipeline that has these runs, from its start or since some of them were run again, and judges them like this.</summary>
    private static async Task<PipelineRow?> FindAsync(
        RegistryDbContext db, PipelinePlan plan, List<RunRow> runs, CancellationToken cancellation)
    {
        var (configHash, first) = (plan.Data.ConfigHash, runs[0].RunId);
        var wanted = runs.Select(r => r.RunId).ToHashSet();
        var similar = await db.Pipelines.AsNoTracking().Include(p => p.Runs)
            .Where(p => p.ConfigHash == configHash && p.Runs.Any(r => r.RunId == first))
            .OrderByDescending(p => p.Sequence)
            .ToListAsync(cancellation);
        return similar.FirstOrDefault(p => wanted.SetEquals(p.Runs.Select(r => r.RunId)) && plan.Evaluation.Is(p.Evaluation));
    }

    /// <summary>Asking again for one that ended without a decision is asking to try again; what is trained stays trained.</summary>
    private async Task<bool> ReopenAsync(RegistryDbContext db, PipelinePlan plan, PipelineRow pipeline, CancellationToken cancellation)
    {
        var again = pipeline.Status is PipelineStatus.Cancelled or PipelineStatus.Failed ? AttemptTrigger.Event
            : plan.Data.Anew ? AttemptTrigger.Rerun : (AttemptTrigger?)null;
        return again is { } trigger && await PipelineTransitions.ReopenAsync(db, pipeline, trigger, time.GetUtcNow(), cancellation);
    }

    private async Task<PipelineRow> AddAsync(
        RegistryDbContext db, PipelinePlan plan, List<RunRow> runs, int mostUnfinished, CancellationToken cancellation)
    {
        if (await db.Pipelines.Unfinished().CountAsync(cancellation) >= mostUnfinished)
        {
            throw new TooManyException(
                $"{mostUnfinished} pipelines are unfinished, which is the most allowed (Pipeline:MaxUnfinished). "
                + "Try again when some have ended.",
                30);
        }

        var row = new PipelineRow
        {
            PipelineId = PipelineIds.Of(plan.Data.ConfigHash, runs, plan.Evaluation),
            ConfigHash = plan.Data.ConfigHash,
            Identifier = plan.Data.Identifier,
            Sequence = await db.NextPipelineSequenceAsync(plan.Data.Identifier, cancellation),
            Dataset = plan.Data.Source,
            ExpectedModelTypes = JsonSerializer.Serialize(plan.Runs.Select(r => r.ModelType)),
            Evaluation = plan.Evaluation.ToJson().ToJsonString(),
            Status = PipelineStatus.Queued,
            CreatedAt = time.GetUtcNow(),
        };
        if (await db.InsertIfAbsentAsync(row, cancellation))
        {
            foreach (var run in runs)
            {
                var has = new PipelineRunRow { PipelineId = row.PipelineId, ModelType = run.ModelType, RunId = run.RunId };
                await db.InsertIfAbsentAsync(has, cancellation);
            }

            await RunOutcomes.CancelOlderAsync(db, row, row.CreatedAt, cancellation);
        }

        return await db.Pipelines.AsNoTracking().SingleAsync(p => p.PipelineId == row.PipelineId, cancellation);
    }
}
