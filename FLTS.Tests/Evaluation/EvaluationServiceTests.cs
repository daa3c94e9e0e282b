using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Evaluation.Scoring;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

[TestFixture, Parallelizable]
internal sealed class EvaluationServiceTests
{
    private static readonly EvaluationPolicy _bestOfConfig = new() { PromotionPolicy = PromotionRule.BestOfConfig };

    private EvaluationRig _rig = null!;

    private string PointerPath => Path.Combine(_rig.ObjectsFolder, "model-promotion", "station", "current.json");

    [SetUp]
    public async Task StartAsync() => _rig = await EvaluationRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task Twenty_evaluations_at_once_promote_once()
    {
        var (pipeline, run) = await _rig.PipelineAsync();

        await _rig.EvaluateAsync(pipeline.PipelineId, times: 20);
        await _rig.EvaluateAsync(pipeline.PipelineId);

        var ledger = await _rig.LedgerAsync();
        var attempt = (await _rig.AttemptsAsync()).Single();
        var ended = await _rig.ReadPipelineAsync(pipeline.PipelineId);
        await using var db = await _rig.DbAsync();
        Assert.Multiple(() =>
        {
            Assert.That(ledger.Select(c => (c.Version, c.RunId)), Is.EqualTo(new[] { (1, run.RunId) }));
            Assert.That(
                (attempt.Outcome, attempt.SelectedRunId),
                Is.EqualTo(((AttemptOutcome?)AttemptOutcome.Promoted, (RunId?)run.RunId)));
            Assert.That((ended.Status, ended.AttemptId), Is.EqualTo((PipelineStatus.Promoted, (AttemptId?)attempt.AttemptId)));
            Assert.That(db.Scoreboards.Count(), Is.EqualTo(1));
            Assert.That(db.Runs.Single().TestMetrics, Does.Contain("test_rmse"));
            Assert.That(EvaluationRig.ReadPointer(PointerPath).AttemptId, Is.EqualTo(attempt.AttemptId));
        });
    }

    [Test]
    public async Task Many_pipelines_at_once_never_share_a_version()
    {
        var pipelines = new List<PipelineId>();
        for (var i = 0; i < 4; i++)
            pipelines.Add((await _rig.PipelineAsync(_bestOfConfig)).Pipeline.PipelineId);

        // One that was overtaken is looked at again, as the Reconciler would.
        for (var pass = 0; pass < 8; pass++)
            await Task.WhenAll(pipelines.Select(p => _rig.EvaluateAsync(p)));

        var ledger = await _rig.LedgerAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(ledger.Select(c => c.Version), Is.EqualTo(Enumerable.Range(1, ledger.Count)));
            Assert.That(ledger.Select(c => c.Sequence), Is.Ordered);
            Assert.That(ledger[^1].RunId, Is.EqualTo(new RunId("run-4")), "the newest pipeline's model stays in force");
            foreach (var id in pipelines)
                Assert.That((await _rig.ReadPipelineAsync(id)).Status, Is.AnyOf(PipelineStatus.Promoted, PipelineStatus.Superseded));
        });
    }

    [Test]
    public async Task A_run_that_is_not_settled_is_waited_for()
    {
        var (pipeline, run) = await _rig.PipelineAsync();
        await _rig.ForceStatusAsync(RunStatus.Storing, run.RunId);

        await _rig.EvaluateAsync(pipeline.PipelineId);

        Assert.That((await _rig.ReadPipelineAsync(pipeline.PipelineId)).EndedAt, Is.Null);
        Assert.That(await _rig.AttemptsAsync(), Is.Empty);
    }

    [Test]
    public async Task A_failed_run_ends_the_pipeline_and_is_named()
    {
        var (pipeline, run) = await _rig.PipelineAsync();
        await _rig.ForceStatusAsync(RunStatus.Failed, run.RunId);

        await _rig.EvaluateAsync(pipeline.PipelineId);

        var attempt = (await _rig.AttemptsAsync()).Single();
        Assert.That((await _rig.ReadPipelineAsync(pipeline.PipelineId)).Status, Is.EqualTo(PipelineStatus.Failed));
        Assert.That(
            (attempt.Outcome, attempt.Missing),
            Is.EqualTo(((AttemptOutcome?)AttemptOutcome.Failed, "[{\"model_type\":\"NAIVE\",\"reason\":\"failed\"}]")));
    }

    [Test]
    public async Task One_changed_byte_makes_the_run_invalid_by_name()
    {
        var (pipeline, run) = await _rig.PipelineAsync();
        var path = _rig.ArtifactPath(run, "scaler/scaler.json");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        await _rig.EvaluateAsync(pipeline.PipelineId);

        await using var db = await _rig.DbAsync();
        var row = await db.Runs.SingleAsync();
        Assert.That(row.Status, Is.EqualTo(RunStatus.Invalid));
        Assert.That(row.Error, Does.Contain("scaler/scaler.json"));
        Assert.That(await _rig.LedgerAsync(), Is.Empty);
        var attempt = (await _rig.AttemptsAsync()).Single();
        Assert.That(attempt.Outcome, Is.Null, "it is not over: the run is trained once more");
        Assert.That(attempt.Tries, Does.Contain("run-1 is invalid").And.Contain("scaler/scaler.json"));
    }

    [Test]
    public async Task With_retraining_off_a_pipeline_whose_only_run_is_corrupt_ends_failed_by_name()
    {
        var (pipeline, run) = await _rig.PipelineAsync(new EvaluationPolicy { AutoRetrainInvalid = false });
        File.Delete(_rig.ArtifactPath(run, "scaler/scaler.json"));

        await _rig.EvaluateAsync(pipeline.PipelineId);
        await _rig.EvaluateAsync(pipeline.PipelineId);

        var ended = await _rig.ReadPipelineAsync(pipeline.PipelineId);
        Assert.That(ended.Status, Is.EqualTo(PipelineStatus.Failed));
        Assert.That(ended.Error, Does.Contain("scaler/scaler.json"));
    }

    [Test]
    public async Task What_was_evaluated_before_the_pipeline_got_other_runs_does_not_end_it()
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        var ledger = _rig.Get<PromotionLedger>();
        var input = (await _rig.Get<EvaluationInputs>().ReadAsync(pipeline.PipelineId, default))!;
        var lease = (await _rig.Get<ILeases>().TryAcquireAsync<PipelineRow>(pipeline.PipelineId.Value, default))!;
        var attempt = await ledger.OpenAttemptAsync(input, StepWake.Event, default);
        await using (var db = await _rig.DbAsync())
            await db.Pipelines.ExecuteUpdateAsync(set => set.SetProperty(p => p.Revision, p => p.Revision + 1));

        var ended = await ledger.ConcludeAsync(lease, input, attempt, Assessment.Failed("too late").Conclude([]), default);

        Assert.That(ended, Is.False);
        Assert.That((await _rig.ReadPipelineAsync(pipeline.PipelineId)).EndedAt, Is.Null);
        Assert.That((await _rig.AttemptsAsync()).Single().Outcome, Is.Null, "the attempt is not concluded either");
    }

    [Test]
    public async Task A_store_that_is_away_blocks_and_the_same_attempt_ends_promoted_when_it_is_back()
    {
        var (pipeline, run) = await _rig.PipelineAsync();
        Directory.Move(_rig.ObjectsFolder, _rig.ObjectsFolder + "-away");
        await File.WriteAllTextAsync(_rig.ObjectsFolder, "a file where the folder was");

        await _rig.EvaluateAsync(pipeline.PipelineId);
        var blocked = await _rig.ReadPipelineAsync(pipeline.PipelineId);
        await _rig.EvaluateAsync(pipeline.PipelineId);
        File.Delete(_rig.ObjectsFolder);
        Directory.Move(_rig.ObjectsFolder + "-away", _rig.ObjectsFolder);
        await _rig.EvaluateAsync(pipeline.PipelineId);

        var attempt = (await _rig.AttemptsAsync()).Single();
        var ended = await _rig.ReadPipelineAsync(pipeline.PipelineId);
        Assert.Multiple(() =>
        {
            Assert.That(blocked.Status, Is.EqualTo(PipelineStatus.Blocked));
            Assert.That(blocked.WaitingReason, Is.Not.Empty);
            Assert.That(blocked.NextAttemptAt, Is.GreaterThan(blocked.WaitingSince!.Value));
            Assert.That((ended.Status, ended.WaitingReason), Is.EqualTo((PipelineStatus.Promoted, (string?)null)));
            Assert.That(
                System.Text.Json.Nodes.JsonNode.Parse(attempt.Tries)!.AsArray(),
                Has.Count.EqualTo(2 * StoreTries.Limit),
                "every failed try is told, those in quick succession too");
            Assert.That(
                (attempt.Outcome, attempt.SelectedRunId),
                Is.EqualTo(((AttemptOutcome?)AttemptOutcome.Promoted, (RunId?)run.RunId)));
        });
    }

    [Test]
    public async Task A_pipeline_over_which_three_workers_died_ends_failed()
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        await using (var db = await _rig.DbAsync())
            await db.Pipelines.ExecuteUpdateAsync(set => set.SetProperty(p => p.Deaths, 3));

        await _rig.EvaluateAsync(pipeline.PipelineId);

        var ended = await _rig.ReadPipelineAsync(pipeline.PipelineId);
        Assert.That((ended.Status, ended.Error), Is.EqualTo((PipelineStatus.Failed, "worker died 3 times: no error was left behind")));
    }

    [Test]
    public async Task An_older_pipeline_that_ends_later_is_superseded()
    {
        var (older, _) = await _rig.PipelineAsync(_bestOfConfig);
        var (newer, run) = await _rig.PipelineAsync(_bestOfConfig);

        await _rig.EvaluateAsync(newer.PipelineId);
        await _rig.EvaluateAsync(older.PipelineId);

        var ended = await _rig.ReadPipelineAsync(older.PipelineId);
        Assert.That(ended.Status, Is.EqualTo(PipelineStatus.Superseded), ended.WaitingReason);
        Assert.That((await _rig.LedgerAsync()).Select(c => c.RunId), Is.EqualTo(new[] { run.RunId }));
    }

    [Test]
    public async Task A_pipeline_whose_trainings_a_newer_one_made_pointless_is_superseded_and_not_failed()
    {
        var (older, run) = await _rig.PipelineAsync();
        await _rig.ForceStatusAsync(RunStatus.Cancelled, run.RunId);
        await _rig.PipelineAsync();

        await _rig.EvaluateAsync(older.PipelineId);

        var ended = await _rig.ReadPipelineAsync(older.PipelineId);
        var attempt = (await _rig.AttemptsAsync()).Single();
        Assert.That((ended.Status, attempt.Outcome), Is.EqualTo((PipelineStatus.Superseded, (AttemptOutcome?)AttemptOutcome.Superseded)));
        Assert.That(attempt.Reason, Does.Contain("sequence 2").And.Contain("NAIVE: cancelled"), "and why it would have failed");
    }

    [Test]
    public async Task A_pipeline_that_would_fail_after_a_newer_one_was_promoted_is_superseded()
    {
        var (older, run) = await _rig.PipelineAsync();
        await _rig.ForceStatusAsync(RunStatus.Failed, run.RunId);
        await _rig.EvaluateAsync((await _rig.PipelineAsync()).Pipeline.PipelineId);

        await _rig.EvaluateAsync(older.PipelineId);

        Assert.That((await _rig.ReadPipelineAsync(older.PipelineId)).Status, Is.EqualTo(PipelineStatus.Superseded));
    }

    [Test]
    public async Task A_pipeline_that_failed_by_itself_is_failed_whatever_was_posted_after_it()
    {
        var (older, run) = await _rig.PipelineAsync();
        await _rig.ForceStatusAsync(RunStatus.Failed, run.RunId);
        await _rig.PipelineAsync();

        await _rig.EvaluateAsync(older.PipelineId);

        Assert.That((await _rig.ReadPipelineAsync(older.PipelineId)).Status, Is.EqualTo(PipelineStatus.Failed));
    }

    [Test]
    public async Task The_board_shows_the_weight_of_every_target()
    {
        var weights = new Dictionary<string, double> { ["down"] = 3 };
        var (pipeline, _) = await _rig.PipelineAsync(new EvaluationPolicy { TargetWeights = weights });
        var (equal, _) = await _rig.PipelineAsync();

        await _rig.EvaluateAsync(pipeline.PipelineId);
        await _rig.EvaluateAsync(equal.PipelineId);

        await using var db = await _rig.DbAsync();
        var boards = await db.Scoreboards.ToDictionaryAsync(s => s.PipelineId!.Value, s => s.Board);
        Assert.That(boards[pipeline.PipelineId], Does.Contain("\"target_weights\":{\"up\":1,\"down\":3}"));
        Assert.That(boards[equal.PipelineId], Does.Contain("\"target_weights\":{\"up\":1,\"down\":1}"));
    }

    [Test]
    public async Task A_challenger_that_is_only_as_good_leaves_the_champion()
    {
        await _rig.EvaluateAsync((await _rig.PipelineAsync()).Pipeline.PipelineId);
        var (second, _) = await _rig.PipelineAsync();

        await _rig.EvaluateAsync(second.PipelineId);

        await using var db = await _rig.DbAsync();
        var board = (await db.Scoreboards.SingleAsync(s => s.PipelineId == second.PipelineId)).Board;
        var attempts = (await db.PromotionAttempts.ToListAsync()).ToDictionary(a => a.PipelineId!.Value, AttemptView.Of);
        Assert.That(attempts[second.PipelineId].Margin, Is.EqualTo(new AttemptMargin(0, null)), "too few rows for a standard error");
        Assert.That(attempts.Single(a => a.Key != second.PipelineId).Value.Margin, Is.Null, "there was no champion");
        Assert.That((await _rig.ReadPipelineAsync(second.PipelineId)).Status, Is.EqualTo(PipelineStatus.KeptChampion));
        Assert.That(board, Does.Contain("\"kind\":\"champion\""));
    }
}
