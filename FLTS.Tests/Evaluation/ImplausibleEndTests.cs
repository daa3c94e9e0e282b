using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

/// <summary>What becomes of a pipeline whose winner is too far off to be served.</summary>
[TestFixture, Parallelizable]
internal sealed class ImplausibleEndTests
{
    [TestCase(false, PipelineStatus.Failed)]
    [TestCase(true, PipelineStatus.KeptChampion)]
    public async Task An_implausible_winner_leaves_the_champion_and_without_one_the_pipeline_fails_with_the_reason(
        bool hasChampion, PipelineStatus status)
    {
        await using var rig = await EvaluationRig.StartAsync();
        if (hasChampion)
            await rig.EvaluateAsync((await rig.PipelineAsync()).Pipeline.PipelineId);
        var (pipeline, _) = await rig.PipelineAsync();
        var ledger = rig.Get<PromotionLedger>();
        var input = (await rig.Get<EvaluationInputs>().ReadAsync(pipeline.PipelineId, default))!;
        var lease = (await rig.Get<ILeases>().TryAcquireAsync<PipelineRow>(pipeline.PipelineId.Value, default))!;
        var attempt = await ledger.OpenAttemptAsync(input, StepWake.Event, default);

        await ledger.ConcludeAsync(lease, input, attempt, new AttemptConclusion(AttemptOutcome.Implausible, "too far off", null), default);

        var ended = await rig.ReadPipelineAsync(pipeline.PipelineId);
        Assert.That((ended.Status, ended.Error), Is.EqualTo((status, hasChampion ? null : "too far off")));
        var told = (await rig.AttemptsAsync()).Single(a => a.PipelineId == pipeline.PipelineId);
        Assert.That(told.Outcome, Is.EqualTo(AttemptOutcome.Implausible));
        Assert.That(await rig.LedgerAsync(), Has.Count.EqualTo(hasChampion ? 1 : 0));
    }
}
