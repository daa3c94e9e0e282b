using System.Text.Json;
using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

[TestFixture, Parallelizable]
internal sealed class PromoteServiceTests
{
    private EvaluationRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await EvaluationRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task Fifty_at_once_with_the_same_with_other_and_without_keys_promote_once_and_agree()
    {
        var (pipeline, run) = await _rig.PipelineAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() =>
            PromoteAsync(new { pipeline_id = pipeline.PipelineId }, (i % 3) switch { 0 => "same", 1 => $"key-{i}", _ => null }))));

        var ledger = await _rig.LedgerAsync();
        var attempts = await _rig.AttemptsAsync();
        Assert.Multiple(() =>
        {
            Assert.That(ledger.Select(c => (c.Version, c.RunId)), Is.EqualTo(new[] { (1, run.RunId) }));
            Assert.That(attempts.Count(a => a.Outcome == AttemptOutcome.Promoted), Is.EqualTo(1));
            Assert.That(
                answers.Select(a => (a.Attempt.AttemptId, a.Attempt.Outcome)).Distinct(),
                Is.EqualTo(new[] { (ledger[0].AttemptId, (AttemptOutcome?)AttemptOutcome.Promoted) }));
            Assert.That(answers.Select(a => a.Scoreboard?["scoreboard_id"]?.ToString()).Distinct().Single(), Is.Not.Null);
        });
    }

    [Test]
    public async Task A_key_with_another_body_is_refused()
    {
        var (pipeline, _) = await _rig.PipelineAsync();
        await PromoteAsync(new { pipeline_id = pipeline.PipelineId }, "k");

        Assert.That(
            async () => await PromoteAsync(new { pipeline_id = pipeline.PipelineId, force = true }, "k"),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("Idempotency-Key"));
    }

    [Test]
    public async Task A_dry_run_tells_the_outcome_and_stores_nothing()
    {
        var (pipeline, run) = await _rig.PipelineAsync();

        var answer = await PromoteAsync(new { pipeline_id = pipeline.PipelineId, dry_run = true }, "k");

        await using var db = await _rig.DbAsync();
        Assert.That(
            (answer.DryRun, answer.Attempt.Outcome, answer.Attempt.SelectedRunId),
            Is.EqualTo((true, (AttemptOutcome?)AttemptOutcome.Promoted, (RunId?)run.RunId)));
        Assert.That((db.Champions.Count(), db.PromotionAttempts.Count(), db.Scoreboards.Count()), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public async Task Force_promotes_what_the_gate_would_not_and_an_older_sequence_does_not_lower_the_ledgers()
    {
        var (first, firstRun) = await _rig.PipelineAsync();
        var (second, _) = await _rig.PipelineAsync();
        await _rig.EvaluateAsync(second.PipelineId);

        var refused = await PromoteAsync(new { pipeline_id = first.PipelineId });
        var forced = await PromoteAsync(new { pipeline_id = first.PipelineId, force = true });

        var ledger = await _rig.LedgerAsync();
        Assert.That(
            (refused.Attempt.Outcome, forced.Attempt.Outcome),
            Is.EqualTo(((AttemptOutcome?)AttemptOutcome.Superseded, (AttemptOutcome?)AttemptOutcome.Promoted)));
        Assert.That(ledger.Select(c => (c.Version, c.RunId, c.Sequence)).Last(), Is.EqualTo((2, firstRun.RunId, 2L)));
    }

    [Test]
    public async Task What_is_unknown_missing_or_unusable_is_said_by_name()
    {
        var (pipeline, run) = await _rig.PipelineAsync();
        var (_, waiting) = await _rig.PipelineAsync();
        await _rig.ForceStatusAsync(RunStatus.Running, waiting.RunId);

        Assert.That(async () => await PromoteAsync(new { config_hash = "nothing" }), Throws.TypeOf<NotFoundException>());
        Assert.That(
            async () => await PromoteAsync(new { run_ids = new[] { "no-run" } }),
            Throws.TypeOf<NotFoundException>().With.Message.Contains("no-run"));
        Assert.That(
            async () => await PromoteAsync(new { run_ids = new[] { waiting.RunId } }),
            Throws.TypeOf<ConflictException>().With.Message.Contains(waiting.RunId.Value));
        await File.WriteAllTextAsync(_rig.ArtifactPath(run, "NAIVE/model.json"), "{}");
        Assert.That(
            async () => await PromoteAsync(new { pipeline_id = pipeline.PipelineId }),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(run.RunId.Value));
        Assert.That(await _rig.LedgerAsync(), Is.Empty);
    }

    [Test]
    public async Task An_artifact_that_was_changed_after_its_pipeline_had_ended_is_refused_by_name_and_its_run_is_invalid()
    {
        var (pipeline, run) = await _rig.PipelineAsync();
        await _rig.EvaluateAsync(pipeline.PipelineId);
        var path = _rig.ArtifactPath(run, "residuals/residuals.parquet");
        path = File.Exists(path) ? path : Directory.GetFiles(Path.GetDirectoryName(path)!).Single();
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        Assert.That(
            async () => await PromoteAsync(new { pipeline_id = pipeline.PipelineId, force = true }),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.Contains(Path.GetFileName(path))
                .And.Message.Contains($"POST /runs/{run.RunId}/rerun"));
        await using var db = await _rig.DbAsync();
        Assert.That((await db.Runs.SingleAsync()).Status, Is.EqualTo(RunStatus.Invalid));
        Assert.That(await _rig.LedgerAsync(), Has.Count.EqualTo(1), "the champion stays");
    }

    [TestCase("{}", "Exactly one")]
    [TestCase("{\"config_hash\": \"a\", \"pipeline_id\": \"b\"}", "Exactly one")]
    [TestCase("{\"config_hash\": \"a\", \"colour\": 1}", "Unknown field 'colour'; known are config_hash, pipeline_id, run_ids")]
    [TestCase("{\"config_hash\": \"a\", \"reason\": null, \"reason\": \"b\"}", "'reason' is given twice")]
    [TestCase("{\"config_hash\": 7}", "'config_hash' is 7; it must be text of 1 to 64 characters")]
    [TestCase("{\"run_ids\": []}", "'run_ids' is []; it must be a list of 1 to 100 run ids")]
    [TestCase("{\"config_hash\": \"a\", \"force\": \"yes\"}", "'force' is \"yes\"; it must be true or false")]
    [TestCase("[]", "JSON object")]
    public void A_body_that_is_wrong_is_refused_by_member(string body, string named) =>
        Assert.That(
            () => PromoteRequest.Parse(JsonDocument.Parse(body).RootElement),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(named));

    [TestCase("{\"version\": 1}", "Unknown field 'version'; known are to_version, reason, dry_run.")]
    [TestCase("{\"to_version\": 0}", "'to_version' is 0; it must be a whole number from 1 to 2147483647.")]
    [TestCase("{\"reason\": \"\"}", "'reason' is \"\"; it must be text of 1 to 500 characters.")]
    [TestCase("null", "The body must be a JSON object.")]
    public void A_rollback_that_is_wrong_is_refused_by_member(string body, string sentence) =>
        Assert.That(
            () => RollbackRequest.Parse(JsonDocument.Parse(body).RootElement),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(sentence));

    [Test]
    public async Task A_rollback_appends_a_version_and_the_run_rolled_back_from_does_not_win_by_itself_again()
    {
        var (first, firstRun) = await _rig.PipelineAsync();
        var (second, secondRun) = await _rig.PipelineAsync(new EvaluationPolicy { PromotionPolicy = PromotionRule.BestOfConfig });
        await _rig.EvaluateAsync(first.PipelineId);
        await _rig.EvaluateAsync(second.PipelineId);

        var back = await RollBackAsync();
        var again = await PromoteAsync(new { pipeline_id = second.PipelineId });

        Assert.Multiple(async () =>
        {
            Assert.That((back.Version, back.RunId), Is.EqualTo((3, firstRun.RunId)));
            Assert.That(
                (again.Attempt.Outcome, again.Attempt.Reason),
                Is.EqualTo(
                    (
                        (AttemptOutcome?)AttemptOutcome.KeptChampion,
                        $"NAIVE run {secondRun.RunId} was rolled back from and may not win by itself again")));
            Assert.That(
                (await _rig.LedgerAsync()).Select(c => c.RunId),
                Is.EqualTo(new[] { firstRun.RunId, secondRun.RunId, firstRun.RunId }));
            Assert.That(async () => await RollBackAsync(), Throws.TypeOf<ConflictException>(), "nothing is left to go back to");
            Assert.That(async () => await RollBackAsync(9), Throws.TypeOf<NotFoundException>());
            Assert.That((await RollBackAsync(2)).RunId, Is.EqualTo(secondRun.RunId), "a person may name it");
        });
    }

    [Test]
    public async Task Whoever_is_put_in_force_is_scored_at_once_though_the_one_before_could_not_be()
    {
        var (first, _) = await _rig.PipelineAsync();
        var (second, _) = await _rig.PipelineAsync(new EvaluationPolicy { PromotionPolicy = PromotionRule.BestOfConfig });
        await _rig.EvaluateAsync(first.PipelineId);
        await _rig.EvaluateAsync(second.PipelineId);
        await using (var db = await _rig.DbAsync())
            await db.LiveStations.ExecuteUpdateAsync(set => set
                .SetProperty(s => s.NextAttemptAt, DateTimeOffset.MaxValue).SetProperty(s => s.Error, "its file was changed"));

        await RollBackAsync();

        await using var now = await _rig.DbAsync();
        var station = await now.LiveStations.SingleAsync();
        Assert.That((station.NextAttemptAt, station.Error), Is.EqualTo(((DateTimeOffset?)null, (string?)null)));
    }

    [Test]
    public async Task A_rollback_to_a_changed_artifact_is_refused()
    {
        var (first, firstRun) = await _rig.PipelineAsync();
        var (second, _) = await _rig.PipelineAsync(new EvaluationPolicy { PromotionPolicy = PromotionRule.BestOfConfig });
        await _rig.EvaluateAsync(first.PipelineId);
        await _rig.EvaluateAsync(second.PipelineId);
        await using (var db = await _rig.DbAsync())
            await db.Runs.Where(r => r.RunId == firstRun.RunId)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.ManifestSha256, new string('0', 64)));

        Assert.That(async () => await RollBackAsync(), Throws.TypeOf<ConflictException>().With.Message.Contains(firstRun.RunId.Value));
        Assert.That(await _rig.LedgerAsync(), Has.Count.EqualTo(2));
    }

    private Task<PromoteAnswer> PromoteAsync(object body, string? key = null) =>
        _rig.Get<PromoteService>().PromoteAsync(PromoteRequest.Parse(JsonSerializer.SerializeToElement(body)), key, CancellationToken.None);

    private Task<ChampionView> RollBackAsync(int? version = null) =>
        _rig.Get<RollbackService>().RollBackAsync(new("station"), new RollbackRequest(version, null), CancellationToken.None);
}
