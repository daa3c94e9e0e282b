using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Pipelines;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

[TestFixture, Parallelizable]
internal sealed class EvaluationPolicyTests
{
    [TestCase("""{"min_candidate": 1}""", "Unknown option 'evaluation.min_candidate'; known are evaluation_horizon, target_weights,")]
    [TestCase("""{"min_candidates": 1.5}""", "'evaluation.min_candidates' is 1.5; it must be a whole number from 1 to 100.")]
    [TestCase("""{"evaluation_horizon": 1001}""", "'evaluation.evaluation_horizon' is 1001; it must be a whole number from 1 to 1000.")]
    [TestCase("""{"min_improvement": -1}""", "'evaluation.min_improvement' is -1; it must be a number from 0 to 1.")]
    [TestCase("""{"promotion_policy": "Gate"}""", "'evaluation.promotion_policy' is \"Gate\"; it must be one of gate, best_of_config.")]
    [TestCase("""{"baseline_gate": "maybe"}""", "'evaluation.baseline_gate' is \"maybe\"; it must be one of off, warn, block.")]
    [TestCase("""{"auto_retrain_invalid": 1}""", "'evaluation.auto_retrain_invalid' is 1; it must be true or false.")]
    [TestCase("""{"target_weights": {}}""", "'evaluation.target_weights' is {}; it must be a JSON object of at least one number.")]
    [TestCase("""{"target_weights": {"up": null}}""", "'evaluation.target_weights.up' is null; it must be a number from 0 to 1000000.")]
    [TestCase("""{"weights": {"rmse": -1}}""", "'evaluation.weights.rmse' is -1; it must be a number from 0 to 1000000.")]
    [TestCase("""{"weights": {"mape": 1}}""", "Unknown option 'evaluation.weights.mape'; known are rmse, mae, mse.")]
    [TestCase("""{"weights": {"rmse": 0}}""", "'evaluation.weights' is {\"rmse\":0}; it must be a JSON object of rmse, mae and mse that")]
    public void A_wrong_option_is_refused_with_its_name_and_what_is_allowed(string options, string sentence) =>
        Assert.That(
            () => EvaluationPolicy.Parse(Json(options)), Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(sentence));

    [Test]
    public void A_later_document_wins_and_what_it_leaves_out_or_null_stays()
    {
        var policy = EvaluationPolicy.Parse(
            Json("""{"min_candidates": 2, "baseline_gate": "block", "weights": {"mae": 1}, "target_weights": {"up": 2}}"""),
            null,
            Json("""{"min_candidates": 3, "baseline_gate": null, "promotion_policy": "best_of_config"}"""));

        Assert.That(CanonicalJson.Serialize(policy.ToJson()), Is.EqualTo(
            """{"auto_retrain_invalid":true,"baseline_gate":"block","evaluation_horizon":1,"min_candidates":3,"min_improvement":0.005"""
            + ""","promotion_policy":"best_of_config","target_weights":{"up":2},"weights":{"mae":1,"mse":0,"rmse":0}}"""));
    }

    [Test]
    public void A_policy_read_back_is_the_one_written()
    {
        var policy = new EvaluationPolicy { EvaluationHorizon = 7, MinImprovement = 0.1, AutoRetrainInvalid = false };

        Assert.That(EvaluationPolicy.Parse(policy.ToJson()), Is.EqualTo(policy));
    }

    [Test]
    public void A_policy_that_was_stored_before_bands_were_judged_decides_by_horizon_and_is_written_as_it_was()
    {
        var stored = new EvaluationPolicy().ToJson().ToJsonString();
        var bands = new EvaluationPolicy { Decision = DecisionRule.Bands };

        Assert.That(stored, Does.Not.Contain("decision"));
        Assert.That(EvaluationPolicy.Parse(Json(stored)).Decision, Is.EqualTo(DecisionRule.Horizon));
        Assert.That(EvaluationPolicy.Parse(Json("""{"decision": "horizon"}""")).Is(stored), Is.True, "the same, said aloud");
        Assert.That((bands.Is(stored), bands.Is(bands.ToJson().ToJsonString())), Is.EqualTo((false, true)));
        Assert.That(EvaluationPolicy.Parse(bands.ToJson()), Is.EqualTo(bands));
    }

    [Test]
    public void Another_decision_is_another_pipeline_and_that_by_horizon_keeps_its_id()
    {
        PipelineId Id(EvaluationPolicy policy) => PipelineIds.Of(new("c0ffee"), [], policy);

        Assert.That(Id(new EvaluationPolicy()), Is.EqualTo(Id(EvaluationPolicy.Parse(Json("""{"decision": "horizon"}""")))));
        Assert.That(Id(new EvaluationPolicy { Decision = DecisionRule.Bands }), Is.Not.EqualTo(Id(new EvaluationPolicy())));
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
