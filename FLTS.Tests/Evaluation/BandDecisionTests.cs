using FLTS.Modules.Registry.Ledger;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

[TestFixture, Parallelizable]
internal sealed class BandDecisionTests
{
    [Test]
    public async Task A_pipeline_that_decides_by_bands_says_by_which_and_by_how_much()
    {
        await using var rig = await EvaluationRig.StartAsync(); // 60 rows of test: twelve windows of five steps, four of fifteen.
        var policy = new EvaluationPolicy { Decision = DecisionRule.Bands };
        var first = await rig.PipelineAsync(new("station"), [await rig.StoreRunAsync("EWMA", 9)], policy);
        await rig.EvaluateAsync(first.PipelineId);
        var (second, _) = await rig.PipelineAsync(policy);
        await rig.EvaluateAsync(second.PipelineId);

        var board = await rig.Get<LedgerReader>().ScoreboardAsync(second.PipelineId.Value, default);
        var lines = board["entries"]!.AsArray()
            .ToLookup(e => $"{e!["kind"]} {e["model_type"]}", e => e!["decision_score"]?.GetValue<double>());
        var attempt = (await rig.AttemptsAsync()).Single(a => a.PipelineId == second.PipelineId);
        Assert.Multiple(() =>
        {
            Assert.That(board["decision"]!.GetValue<string>(), Is.EqualTo("bands"));
            Assert.That(board["decided_bands"]!.ToJsonString(), Is.EqualTo("""["1","2-5"]"""));
            Assert.That(lines["candidate NAIVE"].Single(), Is.EqualTo(1).Within(1e-9), "its own measure");
            Assert.That(lines["champion EWMA"].Single(), Is.GreaterThan(1));
            Assert.That(lines["reference EWMA"].Single(), Is.EqualTo(lines["champion EWMA"].Single()!.Value).Within(1e-9));
            Assert.That(
                board["margin"]!["log_ratio"]!.GetValue<double>(),
                Is.EqualTo(-Math.Log(lines["champion EWMA"].Single()!.Value)).Within(1e-9));
            Assert.That(attempt.Reason, Does.Contain("(log of the ratio -").And.Not.Contain("standard error"), "of 60 rows there is none");
            Assert.That(attempt.SelectedRunId, Is.Not.Null);
        });
    }

    [Test]
    public async Task One_without_a_word_decides_by_horizon_and_shows_the_bands()
    {
        await using var rig = await EvaluationRig.StartAsync();
        var (pipeline, run) = await rig.PipelineAsync();
        await rig.EvaluateAsync(pipeline.PipelineId);

        var board = await rig.Get<LedgerReader>().ScoreboardAsync(pipeline.PipelineId.Value, default);
        var line = board["entries"]!.AsArray().Single(e => e!["run_id"]?.GetValue<string>() == run.RunId.Value)!;
        Assert.That((string?)board["decision"], Is.EqualTo("horizon"));
        Assert.That((double?)line["decision_score"], Is.EqualTo((double?)line["score"]));
        Assert.That(line["bands"]!.AsArray(), Has.Count.EqualTo(4));
        Assert.That(line["bands"]![3]!["indicative"]!.GetValue<bool>(), Is.True);
        Assert.That(line["not_judged"]!["31-90"]!.GetValue<string>(), Does.Contain("60 scored rows"));
    }
}
