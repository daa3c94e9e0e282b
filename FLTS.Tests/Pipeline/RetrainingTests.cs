using System.Text.Json.Nodes;
using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class RetrainingTests
{
    [Test]
    public async Task A_corrupt_run_is_replaced_in_every_live_pipeline_once_however_often_it_is_asked([Values] Stack stack)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        var corrupt = PipelineUnderTest.Run("run", RunStatus.Invalid);
        foreach (var (id, sequence) in new[] { ("ended", 1), ("first", 2), ("second", 3) })
            await registry.AddAsync(id, sequence, corrupt);
        await registry.UseAsync(db => db.Pipelines.Where(p => p.PipelineId == new PipelineId("ended"))
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Status, PipelineStatus.Promoted)
                .SetProperty(p => p.AttemptId, new AttemptId("attempt"))
                .SetProperty(p => p.EndedAt, Rows.Now)));
        var repairs = registry.Get<RunRepairs>();

        await RegistryUnderTest.TogetherAsync(8, async _ => await repairs.ReplaceAsync(corrupt, default));

        var runs = await registry.UseAsync(db => db.Runs.AsNoTracking().OrderBy(r => r.Generation).ToListAsync());
        Assert.That(runs.Select(r => (r.Generation, r.Cause, r.Replaces?.Value, r.Status)), Is.EqualTo(new[]
        {
            (0, RunCause.Request, null, RunStatus.Invalid),
            (1, RunCause.Invalid, "run", RunStatus.Queued),
        }));
        Assert.That((await registry.RunOfAsync(new("first"))).RunId, Is.EqualTo(runs[1].RunId));
        Assert.That((await registry.RunOfAsync(new("second"))).RunId, Is.EqualTo(runs[1].RunId));
        Assert.That((await registry.RunOfAsync(new("ended"))).RunId, Is.EqualTo(new RunId("run")), "what has ended keeps its story");
        Assert.That(await repairs.ReplaceAsync(corrupt, default), Is.Null, "nobody has it any more");
    }

    [Test]
    public async Task A_generation_that_is_trained_already_takes_the_place_of_the_corrupt_one()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        var corrupt = PipelineUnderTest.Run("run", RunStatus.Invalid);
        await registry.AddAsync("pipeline", 1, corrupt);
        await registry.InsertAsync(PipelineUnderTest.Run("newer", RunStatus.Succeeded, generation: 1));

        var next = await registry.Get<RunRepairs>().ReplaceAsync(corrupt, default);

        Assert.That(next!.RunId, Is.EqualTo(new RunId("newer")));
        Assert.That((await registry.RunOfAsync(new("pipeline"))).RunId, Is.EqualTo(new RunId("newer")));
    }

    /// <summary>The whole way with the real services: train, spoil a byte, evaluate, look, train, evaluate.</summary>
    /// <param name="stack">Database and object store.</param>
    /// <param name="spoiled">How often the stored artifact is spoiled.</param>
    [TestCase(Stack.Embedded, 1)]
    [TestCase(Stack.Embedded, 2)]
    [TestCase(Stack.Full, 1)]
    public async Task A_spoiled_artifact_is_trained_once_more_and_never_a_second_time(Stack stack, int spoiled)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        var started = await registry.StartPipelineAsync();
        for (var look = 0; look < 6 && (await registry.PipelineAsync(started.PipelineId)).EndedAt is null; look++)
        {
            await registry.WorkAsync();
            var run = await registry.RunOfAsync(started.PipelineId);
            if (run.Status == RunStatus.Succeeded && run.Generation < spoiled && run.TestMetrics is null)
                await registry.Store.PutAsync(ObjectKeys.Manifest(run.RunId, run.Attempt), "{}"u8.ToArray(), default);

            await registry.RunStepAsync(StepNames.Evaluate, started.PipelineId.Value);
        }

        var ended = await registry.PipelineAsync(started.PipelineId);
        var attempts = await registry.UseAsync(db => db.PromotionAttempts.AsNoTracking().ToListAsync());
        var naive = await registry.UseAsync(db =>
            db.Runs.AsNoTracking().Where(r => r.ModelType == "NAIVE").OrderBy(r => r.Generation).ToListAsync());
        Assert.That(ended.Status, Is.EqualTo(PipelineStatus.Promoted), ended.Error ?? ended.WaitingReason);
        Assert.That(attempts, Has.Count.EqualTo(1), "one row tells the story");
        Assert.That(JsonNode.Parse(attempts[0].Tries)!.AsArray(), Has.Count.EqualTo(spoiled));
        Assert.That(
            naive.Select(r => r.Status),
            Is.EqualTo(spoiled == 1 ? new[] { RunStatus.Invalid, RunStatus.Succeeded } : [RunStatus.Invalid, RunStatus.Invalid]));
        Assert.That(attempts[0].Missing, spoiled == 1 ? Is.EqualTo("[]") : Does.Contain("NAIVE"));
        Assert.That(
            attempts[0].Candidates.Contains(naive[1].RunId.Value), Is.EqualTo(spoiled == 1), "the candidates are those that were compared");
    }

    [Test]
    public async Task A_model_found_corrupt_by_a_promotion_by_hand_is_trained_once_more_and_its_pipeline_evaluated_again(
        [Values] Stack stack)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        var started = await registry.StartPipelineAsync("""{"dataset": "station", "model_types": ["NAIVE"]}""");
        await registry.WorkAsync();
        await registry.RunStepAsync(StepNames.Evaluate, started.PipelineId.Value);
        for (var generation = 0; generation < 2; generation++)
        {
            var run = await registry.RunOfAsync(started.PipelineId);
            await registry.Store.PutAsync(ObjectKeys.Artifact(run.RunId, run.Attempt, "scaler/scaler.json"), "{}"u8.ToArray(), default);
            var refused = Assert.ThrowsAsync<InvalidInputException>(() => PromoteAsync(started.PipelineId))!;
            Assert.That(refused.Message, Does.Contain(run.RunId.Value).And.Contain("scaler/scaler.json"));
            Assert.That(
                refused.Message.Contains("trained once more", StringComparison.Ordinal), Is.EqualTo(generation == 0), "and not for ever");
            await registry.WorkAsync();
            await registry.RunStepAsync(StepNames.Evaluate, started.PipelineId.Value);
        }

        var runs = await registry.UseAsync(db => db.Runs.AsNoTracking().OrderBy(r => r.Generation).ToListAsync());
        var ledger = await registry.UseAsync(db => db.Champions.AsNoTracking().OrderBy(c => c.Version).ToListAsync());
        Assert.That(
            runs.Select(r => (r.Status, r.Cause)),
            Is.EqualTo([(RunStatus.Invalid, RunCause.Request), (RunStatus.Invalid, RunCause.Invalid)]));
        Assert.That(ledger, Is.Not.Empty);

        Task PromoteAsync(PipelineId id) => registry.Get<PromoteService>()
            .PromoteAsync(
                PromoteRequest.Parse(System.Text.Json.JsonSerializer.SerializeToElement(new { pipeline_id = id.Value, force = true })),
                null,
                default);
    }
}
