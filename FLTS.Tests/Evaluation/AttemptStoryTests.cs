using FLTS.Modules.Evaluation.Scoring;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

/// <summary>
/// One row tells what happened to a pipeline, and the pipeline says what it waits for now, not what it waited for before.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class AttemptStoryTests
{
    private EvaluationRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await EvaluationRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task What_put_a_training_off_is_told_by_the_attempt_that_promotes_its_model()
    {
        var (pipeline, run) = await _rig.PipelineAsync();
        await using (var db = await _rig.DbAsync())
        {
            var postponed = Refusals.Add("[]", [
                new Refusal(pipeline.CreatedAt.AddDays(-1), "of another pipeline"),
                new Refusal(pipeline.CreatedAt.AddSeconds(1), "the store refuses"),
            ]);
            await db.Runs.ExecuteUpdateAsync(set => set.SetProperty(r => r.Postponed, postponed));
        }

        await _rig.EvaluateAsync(pipeline.PipelineId);

        var attempt = (await _rig.AttemptsAsync()).Single();
        Assert.That(attempt.Outcome, Is.EqualTo(AttemptOutcome.Promoted));
        Assert.That(
            Refusals.Read(attempt.Tries),
            Is.EqualTo([new Refusal(pipeline.CreatedAt.AddSeconds(1), $"NAIVE run {run.RunId} was put off: the store refuses")]));
    }

    [TestCase(StepWake.Event, AttemptTrigger.Event, ExpectedResult = AttemptTrigger.Event)]
    [TestCase(StepWake.Reconciler, AttemptTrigger.Event, ExpectedResult = AttemptTrigger.Reconcile)]
    [TestCase(StepWake.Reconciler, AttemptTrigger.Rerun, ExpectedResult = AttemptTrigger.Rerun)]
    public async Task<AttemptTrigger> An_attempt_tells_who_saw_that_it_was_due(StepWake wake, AttemptTrigger pipelines)
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        await using (var db = await _rig.DbAsync())
            await db.Pipelines.ExecuteUpdateAsync(set => set.SetProperty(p => p.Trigger, pipelines));

        await _rig.Get<IStepJob>().RunAsync(StepNames.Evaluate, pipeline.PipelineId.Value, "", wake, default);

        return (await _rig.AttemptsAsync()).Single().Trigger;
    }

    [Test]
    public async Task A_store_that_hiccups_twice_is_told_and_blocks_nothing()
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        const string Sentence = "The store refuses for this test.";
        var refusals = 2;
        _rig.Get<WatchedStore>().Opening = _ => Interlocked.Decrement(ref refusals) >= 0
            ? throw new UnavailableException(Sentence)
            : Task.CompletedTask;

        await _rig.EvaluateAsync(pipeline.PipelineId);

        var attempt = (await _rig.AttemptsAsync()).Single();
        Assert.That(attempt.Outcome, Is.EqualTo(AttemptOutcome.Promoted));
        Assert.That(
            Refusals.Read(attempt.Tries),
            Has.Count.EqualTo(StoreTries.Limit - 1).And.All.Property(nameof(Refusal.Error)).Contains(Sentence));
    }

    [Test]
    public async Task A_pipeline_that_was_blocked_and_then_finds_a_corrupt_model_waits_for_the_training_and_not_for_the_store()
    {
        var (pipeline, run) = await _rig.PipelineAsync();
        Away();
        await _rig.EvaluateAsync(pipeline.PipelineId);
        Back();
        await File.WriteAllTextAsync(_rig.ArtifactPath(run, "scaler/scaler.json"), "{}");

        await _rig.EvaluateAsync(pipeline.PipelineId);

        var row = await _rig.ReadPipelineAsync(pipeline.PipelineId);
        var attempt = (await _rig.AttemptsAsync()).Single();
        Assert.That(
            (row.Status, row.WaitingReason, row.WaitingSince, row.NextAttemptAt),
            Is.EqualTo((PipelineStatus.Queued, (string?)null, (DateTimeOffset?)null, (DateTimeOffset?)null)));
        Assert.That((attempt.Outcome, attempt.Reason), Is.EqualTo(((AttemptOutcome?)null, (string?)null)));
        Assert.That(Refusals.Read(attempt.Tries), Has.Count.EqualTo(StoreTries.Limit + 1));
    }

    [Test]
    public async Task A_pipeline_that_was_cancelled_while_the_store_refused_stays_cancelled()
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        var ledger = _rig.Get<PromotionLedger>();
        var input = (await _rig.Get<EvaluationInputs>().ReadAsync(pipeline.PipelineId, default))!;
        var lease = (await _rig.Get<ILeases>().TryAcquireAsync<PipelineRow>(pipeline.PipelineId.Value, default))!;
        var attempt = await ledger.OpenAttemptAsync(input, StepWake.Event, default);
        await using (var db = await _rig.DbAsync())
        {
            await db.Pipelines.ExecuteUpdateAsync(set => set.SetProperty(p => p.Status, PipelineStatus.Cancelled));
            await db.PromotionAttempts.ExecuteUpdateAsync(set =>
                set.SetProperty(a => a.Outcome, AttemptOutcome.Failed).SetProperty(a => a.EndedAt, attempt.CreatedAt));
        }

        var postponed = new Postponement(
            "the store refuses",
            attempt.CreatedAt.AddSeconds(1),
            false,
            [new Refusal(attempt.CreatedAt, "the store refuses")]);
        await _rig.Get<EvaluateStep>().PostponeAsync(lease, input.Pipeline, postponed, default);

        Assert.That((await _rig.ReadPipelineAsync(pipeline.PipelineId)).Status, Is.EqualTo(PipelineStatus.Cancelled));
        Assert.That(
            (await _rig.AttemptsAsync()).Select(a => (a.Outcome, a.Tries)),
            Is.EqualTo(new[] { ((AttemptOutcome?)AttemptOutcome.Failed, "[]") }));
    }

    [Test]
    public async Task An_event_that_comes_while_the_data_is_prepared_again_ends_nothing(
        [Values(DatasetStatus.Queued, DatasetStatus.Running)] DatasetStatus status)
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        await using (var db = await _rig.DbAsync())
            await db.Datasets.ExecuteUpdateAsync(set => set.SetProperty(d => d.Status, status));

        await _rig.EvaluateAsync(pipeline.PipelineId);

        Assert.That((await _rig.ReadPipelineAsync(pipeline.PipelineId)).EndedAt, Is.Null);
        Assert.That(await _rig.AttemptsAsync(), Is.Empty);
    }

    [Test]
    public async Task A_byte_that_changed_after_a_model_was_verified_is_found_by_the_next_verification()
    {
        var (first, _) = await _rig.PipelineAsync();
        await _rig.EvaluateAsync(first.PipelineId);
        var second = await _rig.PipelineAsync(new("other-station"), [(await RunAsync())]);
        var path = _rig.ArtifactPath(await RunAsync(), "NAIVE/model.json");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        await _rig.EvaluateAsync(second.PipelineId);

        Assert.That((await RunAsync()).Status, Is.EqualTo(RunStatus.Invalid));
        Assert.That((await RunAsync()).Error, Does.Contain("NAIVE/model.json").And.Contain("SHA-256"));
        Assert.That((await _rig.LedgerAsync()).Select(c => c.Identifier.Value), Is.EqualTo(["station"]));

        async Task<RunRow> RunAsync()
        {
            await using var db = await _rig.DbAsync();
            return await db.Runs.AsNoTracking().SingleAsync();
        }
    }

    private void Away()
    {
        Directory.Move(_rig.ObjectsFolder, _rig.ObjectsFolder + "-away");
        File.WriteAllText(_rig.ObjectsFolder, "a file where the folder was");
    }

    private void Back()
    {
        File.Delete(_rig.ObjectsFolder);
        Directory.Move(_rig.ObjectsFolder + "-away", _rig.ObjectsFolder);
    }
}
