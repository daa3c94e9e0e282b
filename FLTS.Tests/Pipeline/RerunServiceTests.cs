using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class RerunServiceTests
{
    [Test]
    public async Task A_run_again_is_the_next_generation_in_the_newest_pipeline_that_has_it([Values] Stack stack)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        var run = PipelineUnderTest.Run("run", RunStatus.Succeeded);
        await registry.AddAsync("older", 1, run);
        await registry.AddAsync("newer", 2, run, PipelineUnderTest.Run("other", RunStatus.Failed, "EWMA"));
        await EndAsync(registry, PipelineStatus.Promoted);

        var answer = await registry.Get<RerunService>().RerunRunAsync(new("run"), default);

        var (next, pipeline) = (await registry.RunAsync(answer.RunId), await registry.PipelineAsync(new("newer")));
        Assert.That(
            (next.Generation, next.Cause, next.Replaces, next.Status),
            Is.EqualTo((1, RunCause.Rerun, (RunId?)new RunId("run"), RunStatus.Queued)));
        Assert.That((answer.PipelineId, answer.Generation, answer.Replaces), Is.EqualTo((new PipelineId("newer"), 1, new RunId("run"))));
        Assert.That(
            (pipeline.Status, pipeline.Trigger, pipeline.Sequence, pipeline.EndedAt),
            Is.EqualTo((PipelineStatus.Queued, AttemptTrigger.Rerun, 3L, (DateTimeOffset?)null)));
        Assert.That(pipeline.Runs.Select(r => r.RunId), Is.EquivalentTo(new[] { answer.RunId, new RunId("other") }));
        Assert.That((await registry.RunOfAsync(new("older"))).RunId, Is.EqualTo(new RunId("run")), "the older pipeline keeps its story");
        Assert.That((await registry.RunAsync(new("run"))).Status, Is.EqualTo(RunStatus.Succeeded), "and so does the run of before");
    }

    [TestCase("run", "it is running")]
    [TestCase("before", "its newer generation, run run, is running")]
    public async Task What_is_still_trained_is_not_run_again(string asked, string said)
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        await registry.AddAsync("pipeline", 1, PipelineUnderTest.Run("run", RunStatus.Running, generation: 1));
        await registry.InsertAsync(PipelineUnderTest.Run("before", RunStatus.Failed));

        Assert.That(
            () => registry.Get<RerunService>().RerunRunAsync(new(asked), default),
            Throws.TypeOf<ConflictException>().With.Message.Contains(said));
        Assert.That(
            () => registry.Get<RerunService>().RerunPipelineAsync(new("pipeline"), RerunStage.Train, default),
            Throws.TypeOf<ConflictException>().With.Message.Contains("it is training"));
    }

    [Test]
    public async Task What_does_not_exist_is_not_found()
    {
        await using var registry = await PipelineUnderTest.StartAsync();

        Assert.That(() => registry.Get<RerunService>().RerunRunAsync(new("nobody"), default), Throws.TypeOf<NotFoundException>());
        Assert.That(
            () => registry.Get<RerunService>().RerunPipelineAsync(new("nobody"), RerunStage.Train, default),
            Throws.TypeOf<NotFoundException>());
    }

    [Test]
    public async Task Of_many_who_run_a_run_again_at_once_one_does([Values] Stack stack)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        await registry.AddAsync("pipeline", 1, PipelineUnderTest.Run("run", RunStatus.Failed));
        await EndAsync(registry, PipelineStatus.Failed);

        var made = await RegistryUnderTest.TogetherAsync<RunId?>(6, async _ =>
        {
            try
            {
                return (await registry.Get<RerunService>().RerunRunAsync(new("run"), default)).RunId;
            }
            catch (ConflictException)
            {
                return null;
            }
        });

        Assert.That(made.OfType<RunId>().ToList(), Has.Count.EqualTo(1));
        Assert.That(await registry.UseAsync(db => db.Runs.CountAsync()), Is.EqualTo(2));
    }

    [Test]
    public async Task From_training_on_every_type_is_trained_anew_and_failed_data_is_prepared_again()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        await registry.AddAsync(
            "pipeline",
            1,
            PipelineUnderTest.Run("naive", RunStatus.Succeeded),
            PipelineUnderTest.Run("ewma", RunStatus.Cancelled, "EWMA"));
        await EndAsync(registry, PipelineStatus.Cancelled);
        await registry.ExecuteAsync("UPDATE datasets SET status = 'failed', tries = 3");

        var answer = await registry.Get<RerunService>().RerunPipelineAsync(new("pipeline"), RerunStage.Train, default);

        var runs = await registry.UseAsync(db => db.Runs.AsNoTracking().Where(r => r.Generation == 1).ToListAsync());
        Assert.That(answer.RunIds, Is.EquivalentTo(runs.Select(r => r.RunId)));
        Assert.That(runs.Select(r => r.Replaces?.Value), Is.EquivalentTo(new[] { "naive", "ewma" }));
        Assert.That((await registry.PipelineAsync(new("pipeline"))).Runs.Select(r => r.RunId), Is.EquivalentTo(answer.RunIds));
        var dataset = await registry.DatasetAsync(new("hash"));
        Assert.That((dataset.Status, dataset.Tries), Is.EqualTo((DatasetStatus.Queued, 0)));
    }

    [TestCase(RerunStage.Train, ExpectedResult = DatasetStatus.Ready)]
    [TestCase(RerunStage.Preprocess, ExpectedResult = DatasetStatus.Queued)]
    public async Task<DatasetStatus> Ready_data_is_prepared_again_only_from_preprocessing_on(RerunStage stage)
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        await registry.AddAsync("pipeline", 1, PipelineUnderTest.Run("run", RunStatus.Succeeded));
        await EndAsync(registry, PipelineStatus.Promoted);

        await registry.Get<RerunService>().RerunPipelineAsync(new("pipeline"), stage, default);

        return (await registry.DatasetAsync(new("hash"))).Status;
    }

    [Test]
    public async Task Data_that_another_pipeline_works_with_is_not_prepared_again()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        await registry.AddAsync("pipeline", 1, PipelineUnderTest.Run("run", RunStatus.Succeeded));
        await EndAsync(registry, PipelineStatus.Promoted);
        await registry.AddAsync("other", 2, PipelineUnderTest.Run("ewma", RunStatus.Running, "EWMA"));

        Assert.That(
            () => registry.Get<RerunService>().RerunPipelineAsync(new("pipeline"), RerunStage.Preprocess, default),
            Throws.TypeOf<ConflictException>().With.Message.Contains("pipeline other works with it"));
    }

    [Test]
    public async Task Without_a_model_there_is_nothing_to_evaluate_again()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        await registry.AddAsync("pipeline", 1, PipelineUnderTest.Run("run", RunStatus.Failed));
        await EndAsync(registry, PipelineStatus.Failed);

        Assert.That(
            () => registry.Get<RerunService>().RerunPipelineAsync(new("pipeline"), RerunStage.Evaluate, default),
            Throws.TypeOf<ConflictException>().With.Message.Contains("NAIVE is failed"));
    }

    [TestCase(Stack.Embedded)]
    [TestCase(Stack.Full)]
    public async Task A_promoted_pipeline_evaluated_and_then_trained_again_tells_each_time_in_an_attempt_of_its_own(Stack stack)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        var id = (await registry.StartPipelineAsync()).PipelineId;
        var first = await EndAsync(registry, id);

        await registry.Get<RerunService>().RerunPipelineAsync(id, RerunStage.Evaluate, default);
        var open = await registry.Get<PipelineReader>().FindAsync(id.Value, default);
        var second = await EndAsync(registry, id);
        await registry.Get<RerunService>().RerunPipelineAsync(id, RerunStage.Train, default);
        var third = await EndAsync(registry, id);
        var again = await registry.StartPipelineAsync();

        var attempts = await registry.UseAsync(db => db.PromotionAttempts.AsNoTracking().ToListAsync());
        Assert.Multiple(() =>
        {
            Assert.That(
                (first.Status, second.Status, third.Status),
                Is.EqualTo((PipelineStatus.Promoted, PipelineStatus.KeptChampion, PipelineStatus.KeptChampion)));
            Assert.That(open.Attempt, Is.Null, "what ended before is not this time's attempt");
            Assert.That(
                attempts.OrderBy(a => a.CreatedAt).Select(a => a.Trigger),
                Is.EqualTo(new[] { AttemptTrigger.Event, AttemptTrigger.Rerun, AttemptTrigger.Rerun }));
            Assert.That(attempts, Has.All.Matches<PromotionAttemptRow>(a => a.PipelineId == id && a.EndedAt is not null));
            Assert.That(third.Runs.Select(r => r.RunId).Intersect(first.Runs.Select(r => r.RunId)), Is.Empty, "trained anew");
            Assert.That(
                (again.PipelineId, again.Sequence),
                Is.EqualTo((id, third.Sequence)),
                "the same request is still the same pipeline");
        });
    }

    [Test]
    public async Task A_newer_pipeline_cancels_older_trainings_that_are_still_queued_and_needed_by_no_newer_one([Values] Stack stack)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        var older = await registry.StartPipelineAsync(
            """{"dataset": "station", "model_types": ["NAIVE", "EWMA", "AR"], "training": {"EWMA": {"alpha": 0.3}}}""");
        await registry.ExecuteAsync("UPDATE runs SET status = 'running' WHERE model_type = 'AR'");

        var newer = await registry.StartPipelineAsync("""{"dataset": "station", "model_types": ["NAIVE"]}""");

        var runs = await registry.UseAsync(db => db.Runs.AsNoTracking().ToDictionaryAsync(r => r.ModelType));
        Assert.That(runs["EWMA"].Status, Is.EqualTo(RunStatus.Cancelled), "queued, and only the older pipeline's");
        Assert.That(runs["EWMA"].Error, Is.EqualTo($"cancelled: pipeline {newer.PipelineId} (sequence 2) of 'station' is newer"));
        Assert.That(runs["NAIVE"].Status, Is.EqualTo(RunStatus.Queued), "the newer one needs it too");
        Assert.That(runs["AR"].Status, Is.EqualTo(RunStatus.Running), "it was running");

        await registry.ExecuteAsync("UPDATE runs SET status = 'queued' WHERE model_type = 'AR'");
        var ended = await EndAsync(registry, older.PipelineId);
        var attempt = await registry.UseAsync(db => db.PromotionAttempts.AsNoTracking().SingleAsync(a => a.PipelineId == older.PipelineId));
        Assert.That(ended.EndedAt, Is.Not.Null);
        Assert.That(attempt.Missing, Does.Contain("EWMA").And.Contain("is newer"), "the older pipeline says so");
    }

    private static async Task<PipelineRow> EndAsync(RegistryUnderTest registry, PipelineId pipelineId)
    {
        await registry.WorkAsync();
        await registry.RunStepAsync(StepNames.Evaluate, pipelineId.Value);
        return await registry.PipelineAsync(pipelineId);
    }

    private static Task<int> EndAsync(RegistryUnderTest registry, PipelineStatus status) =>
        registry.UseAsync(db => db.Pipelines.ExecuteUpdateAsync(
            set => set.SetProperty(p => p.Status, status)
                .SetProperty(p => p.EndedAt, Rows.Now)
                .SetProperty(p => p.AttemptId, new AttemptId("attempt"))
                .SetProperty(p => p.Error, "before")));
}
