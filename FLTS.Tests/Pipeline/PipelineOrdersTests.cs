using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Pipelines;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>What is asked for where a station is trained again by itself.</summary>
[TestFixture, Parallelizable]
internal sealed class PipelineOrdersTests
{
    private const string Request = """
        {
            "dataset": "station", "identifier": "other", "model_types": ["NAIVE", "EWMA", "ENSEMBLE"],
            "preprocessing": {
                "test_fraction": 0.3, "scaler": "Standard", "lags": [1], "missing": {"strategy": "knn"}, "targets": ["down"],
                "bounds": {"down": {"min": 0}}, "hash_salt": "mine"
            },
            "training": {"EWMA": {"alpha": 0.3}},
            "evaluation": {"evaluation_horizon": 2, "min_improvement": 0.01, "target_weights": {"down": 2}}
        }
        """;

    [Test]
    public async Task On_the_same_rows_it_is_the_same_pipeline_with_all_its_options([Values] bool isPlain)
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        var started = await registry.StartPipelineAsync(isPlain ? """{"dataset": "station"}""" : Request);
        var run = await registry.RunOfAsync(started.PipelineId, "EWMA");

        var order = await registry.Get<PipelineOrders>().OfAsync(run.RunId, default);
        var again = await registry.Get<PipelineService>().StartAsync(PipelineRequest.Parse(order), default);

        Assert.That((again.ConfigHash, again.PipelineId), Is.EqualTo((started.ConfigHash, started.PipelineId)), order.ToString());
    }

    [Test]
    public async Task A_run_that_no_pipeline_has_cannot_be_trained_again()
    {
        await using var registry = await PipelineUnderTest.StartAsync();

        Assert.That(
            async () => await registry.Get<PipelineOrders>().OfAsync(new("nobody"), default),
            Throws.TypeOf<ConflictException>().With.Message.Contains("nobody"));
    }
}
