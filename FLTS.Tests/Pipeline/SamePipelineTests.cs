using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>Which pipeline a request is: its data, its runs and how they are judged (FORECASTING.md 2).</summary>
[TestFixture, Parallelizable]
internal sealed class SamePipelineTests
{
    private const string Plain = """{"dataset": "station"}""";
    private const string Further = """{"dataset": "station", "evaluation": {"evaluation_horizon": 3}}""";

    [Test]
    public async Task Another_evaluation_is_another_pipeline_that_trains_nothing_anew_and_is_judged_by_its_own_policy()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        var first = await registry.StartPipelineAsync(Plain);
        await FinishAsync(registry, first.PipelineId);

        var other = await registry.StartPipelineAsync(Further);
        await FinishAsync(registry, other.PipelineId);

        var runs = await registry.UseAsync(db => db.Runs.CountAsync());
        var boards = await registry.UseAsync(db => db.Scoreboards.ToDictionaryAsync(s => s.PipelineId!.Value, s => s.Board));
        Assert.Multiple(() =>
        {
            Assert.That(other.PipelineId, Is.Not.EqualTo(first.PipelineId));
            Assert.That(other.Sequence, Is.EqualTo(first.Sequence + 1));
            Assert.That(runs, Is.EqualTo(2), "NAIVE and EWMA, trained once");
            Assert.That(boards[first.PipelineId], Does.Contain("\"evaluation_horizon\":1"));
            Assert.That(boards[other.PipelineId], Does.Contain("\"evaluation_horizon\":3"));
        });
    }

    [Test]
    public async Task The_same_evaluation_however_it_is_written_is_the_same_pipeline()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        var first = await registry.StartPipelineAsync(Plain);
        var further = await registry.StartPipelineAsync(Further);

        var again = await registry.StartPipelineAsync("""{"dataset": "station", "evaluation": {"min_improvement": 5e-3}}""");
        var furtherAgain = await registry.StartPipelineAsync(Further);

        Assert.That((again.PipelineId, furtherAgain.PipelineId), Is.EqualTo((first.PipelineId, further.PipelineId)));
    }

    [Test]
    public async Task A_pipeline_of_before_is_found_by_its_runs_and_its_stored_policy_and_keeps_its_id()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        var posted = await registry.StartPipelineAsync(Plain);

        // As a version of before wrote it: another id, and a policy without an option that came later.
        await registry.ExecuteAsync("PRAGMA foreign_keys = OFF; UPDATE pipeline_runs SET pipeline_id = 'of-before'; "
            + "UPDATE pipelines SET pipeline_id = 'of-before', evaluation = json_remove(evaluation, '$.auto_retrain_invalid');");

        var again = await registry.StartPipelineAsync(Plain);

        Assert.That(posted.PipelineId, Is.Not.EqualTo(new PipelineId("of-before")));
        Assert.That(again.PipelineId, Is.EqualTo(new PipelineId("of-before")));
    }

    private static async Task FinishAsync(RegistryUnderTest registry, PipelineId id)
    {
        await registry.WorkAsync();
        await registry.RunStepAsync(StepNames.Evaluate, id.Value);
        Assert.That(PipelineRules.HasEnded((await registry.PipelineAsync(id)).Status), $"{id} is not done");
    }
}
