using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class CancelServiceTests
{
    [TestCase(RunStatus.Queued)]
    [TestCase(RunStatus.Running)]
    [TestCase(RunStatus.Storing)]
    public async Task A_run_that_has_not_ended_is_cancelled_at_once_and_said_so(RunStatus status)
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        await registry.AddAsync("pipeline", 1, PipelineUnderTest.Run("run", status));

        var answer = await registry.Get<CancelService>().CancelRunAsync(new("run"), default);

        var row = await registry.RunAsync(new("run"));
        Assert.That((answer.Status, answer.Location), Is.EqualTo((RunStatus.Cancelled, "/runs/run")));
        Assert.That((row.Status, row.Error, row.EndedAt is null), Is.EqualTo((RunStatus.Cancelled, "cancelled by hand", false)));
        Assert.That(registry.Log.Count("train_cancelled"), Is.EqualTo(1));
        Assert.That(
            registry.Bus().Of<ModelTraining>().Select(m => (m.Status, m.Error)),
            Is.EqualTo(new[] { ("FAILED", "cancelled by hand") }));
    }

    [TestCase(RunStatus.Succeeded, "succeeded")]
    [TestCase(RunStatus.Failed, "failed")]
    [TestCase(RunStatus.Cancelled, "cancelled")]
    [TestCase(RunStatus.Invalid, "invalid")]
    public async Task A_run_that_has_ended_stays_as_it_is(RunStatus status, string word)
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        await registry.AddAsync("pipeline", 1, PipelineUnderTest.Run("run", status));

        Assert.That(
            () => registry.Get<CancelService>().CancelRunAsync(new("run"), default),
            Throws.TypeOf<ConflictException>().With.Message.Contains($"it is {word}"));
        Assert.That((await registry.RunAsync(new("run"))).Status, Is.EqualTo(status));
    }

    [Test]
    public async Task What_does_not_exist_is_not_found()
    {
        await using var registry = await PipelineUnderTest.StartAsync();

        Assert.That(() => registry.Get<CancelService>().CancelRunAsync(new("run"), default), Throws.TypeOf<NotFoundException>());
        Assert.That(() => registry.Get<CancelService>().CancelPipelineAsync(new("pipeline"), default), Throws.TypeOf<NotFoundException>());
    }

    [Test]
    public async Task Of_a_cancel_and_a_success_at_the_same_time_exactly_one_wins([Values] Stack stack)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        var (cancelled, succeeded) = (0, 0);
        for (var round = 0; round < 20; round++)
        {
            var id = $"run-{round}";
            await registry.AddAsync($"pipeline-{round}", round + 1, PipelineUnderTest.Run(id, RunStatus.Storing, generation: round));
            var lease = (await registry.Leases.TryAcquireAsync<RunRow>(id, default))!;

            var won = await RegistryUnderTest.TogetherAsync(2, i => i == 0
                ? registry.Get<TrainStep>().SucceedAsync(lease, new(new string('a', 64), [], []), default)
                : CancelsAsync(registry, new(id), TimeSpan.FromMilliseconds(round)));

            Assert.That(won.Count(w => w), Is.EqualTo(1), "winners");
            Assert.That((await registry.RunAsync(new(id))).Status, Is.EqualTo(won[0] ? RunStatus.Succeeded : RunStatus.Cancelled));
            (succeeded, cancelled) = won[0] ? (succeeded + 1, cancelled) : (succeeded, cancelled + 1);
        }

        TestContext.Out.WriteLine($"{succeeded} succeeded, {cancelled} cancelled");
    }

    [Test]
    public async Task A_cancelled_pipeline_takes_its_runs_along_except_those_another_one_needs([Values] Stack stack)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        var shared = PipelineUnderTest.Run("shared", RunStatus.Running, "EWMA");
        await registry.AddAsync("other", 1, shared);
        await registry.AddAsync(
            "pipeline",
            2,
            PipelineUnderTest.Run("own", RunStatus.Running),
            shared,
            PipelineUnderTest.Run("done", RunStatus.Succeeded, "AR"));
        var attempt = Rows.Attempt();
        (attempt.PipelineId, attempt.Outcome) = (new("pipeline"), AttemptOutcome.Blocked);
        await registry.InsertAsync(attempt);

        var answer = await registry.Get<CancelService>().CancelPipelineAsync(new("pipeline"), default);

        Assert.That((answer.CancelledRuns, answer.SharedRuns), Is.EqualTo((new[] { new RunId("own") }, new[] { new RunId("shared") })));
        var pipeline = await registry.PipelineAsync(new("pipeline"));
        Assert.That(
            (pipeline.Status, pipeline.Error, pipeline.EndedAt is null),
            Is.EqualTo((PipelineStatus.Cancelled, "cancelled by hand", false)));
        Assert.That((await registry.RunAsync(new("own"))).Error, Is.EqualTo("cancelled with pipeline pipeline"));
        Assert.That((await registry.RunAsync(new("shared"))).Status, Is.EqualTo(RunStatus.Running));
        Assert.That((await registry.RunAsync(new("done"))).Status, Is.EqualTo(RunStatus.Succeeded));
        Assert.That(
            (await registry.UseAsync(db => db.PromotionAttempts.SingleAsync())).Reason,
            Is.EqualTo("the pipeline was cancelled by hand"));
        Assert.That(
            () => registry.Get<CancelService>().CancelPipelineAsync(new("pipeline"), default),
            Throws.TypeOf<ConflictException>().With.Message.Contains("it is cancelled"));

        await registry.Get<CancelService>().CancelPipelineAsync(new("other"), default);
        Assert.That((await registry.RunAsync(new("shared"))).Status, Is.EqualTo(RunStatus.Cancelled), "nobody needs it any more");
    }

    [Test]
    public async Task A_pipeline_cancelled_after_its_trainings_and_asked_for_again_is_evaluated_and_trains_nothing()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        var id = (await registry.StartPipelineAsync()).PipelineId;
        await registry.WorkAsync();
        await registry.Get<CancelService>().CancelPipelineAsync(id, default);
        await registry.RunStepAsync(StepNames.Evaluate, id.Value);
        var cancelled = await registry.PipelineAsync(id);

        var again = await registry.StartPipelineAsync();
        await registry.WorkAsync();
        await registry.RunStepAsync(StepNames.Evaluate, id.Value);

        var ended = await registry.PipelineAsync(id);
        Assert.That(cancelled.Status, Is.EqualTo(PipelineStatus.Cancelled), "an evaluation that comes later changes nothing");
        Assert.That((again.PipelineId, again.Sequence), Is.EqualTo((id, 2)));
        Assert.That((ended.Status, ended.Error), Is.EqualTo((PipelineStatus.Promoted, (string?)null)));
        Assert.That(registry.Log.Count("train_start"), Is.EqualTo(2), "each type once");
    }

    private static async Task<bool> CancelsAsync(RegistryUnderTest registry, RunId runId, TimeSpan headStartOfTheOther)
    {
        try
        {
            await Task.Delay(headStartOfTheOther);
            await registry.Get<CancelService>().CancelRunAsync(runId, default);
            return true;
        }
        catch (ConflictException)
        {
            return false;
        }
    }
}
