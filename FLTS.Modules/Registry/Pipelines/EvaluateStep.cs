using System.Globalization;
using System.Linq.Expressions;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>
/// The step that evaluates a pipeline, and how its row begins, waits and fails. That it ends with a decision is written with the ledger.
/// </summary>
internal sealed class EvaluateStep(IDbContextFactory<RegistryDbContext> registry, TimeProvider time) : Step<PipelineRow>(registry, time)
{
    public override string Name => StepNames.Evaluate;

    public override string Id(PipelineRow row) => row.PipelineId.Value;

    public override string Queue(PipelineRow row) => "evaluation";

    public override string Label(PipelineRow row) => $"Evaluate {Short(row.Identifier, row.ConfigHash)}";

    public override IReadOnlyDictionary<string, object> Scope(PipelineRow row) => new Dictionary<string, object>
    {
        ["pipeline_id"] = row.PipelineId.Value,
        ["config_hash"] = row.ConfigHash.Value,
        ["identifier"] = row.Identifier.Value,
    };

    public override bool IsOpen(PipelineRow row) => !PipelineRules.HasEnded(row.Status);

    /// <summary>Unfinished pipelines whose runs are settled.</summary>
    public override IEnumerable<PipelineRow> Due(UnfinishedWork work) =>
        work.Pipelines.Where(p => RunRules.CanBeEvaluated(p.Pipeline, p.Dataset.Status, p.Runs)).Select(p => p.Pipeline);

    /// <summary>Marks the beginning of the evaluation stage, once.</summary>
    public async Task<bool> BeginAsync(Lease lease, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        var now = Now;
        return await Mine(db, lease)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.EvaluationStartedAt, p => p.EvaluationStartedAt ?? now), cancellation) == 1;
    }

    /// <summary>
    /// Blocked: the pipeline says what it waits for, and its open attempt tells everything that was tried. With other runs than those that
    /// were evaluated, it waits for them and not for this.
    /// </summary>
    public override async Task<bool> PostponeAsync(Lease lease, PipelineRow row, Postponement postponed, CancellationToken cancellation)
    {
        await using var db = await Registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = Now;

        // Attempt, pipeline: in the order in which everybody locks them.
        if (await AttemptTransitions.OpenOf(db, row.PipelineId).SingleOrDefaultAsync(cancellation) is { } attempt)
        {
            await AttemptTransitions.RecordRefusalsAsync(db, attempt, postponed.Refusals, cancellation);
            await AttemptTransitions.BlockAsync(db, attempt, postponed.Reason, cancellation);
        }

        var mine = await Mine(db, lease).Where(p => p.Revision == row.Revision).ExecuteUpdateAsync(
            set =>
            {
                SetWaiting(set);
                SetPostponed(set, postponed);
                set.SetProperty(p => p.WaitingReason, postponed.Reason).SetProperty(p => p.WaitingSince, p => p.WaitingSince ?? now);
            },
            cancellation) == 1;
        if (mine)
            await transaction.CommitAsync(cancellation);

        return mine;
    }

    protected override Expression<Func<PipelineRow, bool>> Is(string id) => p => p.PipelineId == PipelineId.From(id);

    protected override IQueryable<PipelineRow> Open(IQueryable<PipelineRow> rows) => rows.Unfinished();

    protected override void SetWaiting(UpdateSettersBuilder<PipelineRow> set) => set.SetProperty(p => p.Status, PipelineStatus.Blocked);

    protected override void SetFailed(UpdateSettersBuilder<PipelineRow> set) => set
        .SetProperty(p => p.Status, PipelineStatus.Failed)
        .SetProperty(p => p.WaitingReason, (string?)null)
        .SetProperty(p => p.WaitingSince, (DateTimeOffset?)null)
        .SetProperty(p => p.EndedAt, Now);

    /// <summary>A pipeline that was given other runs is queued at once.</summary>
    protected override string Turn(PipelineRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.Revision}/{base.Turn(row)}");
}
