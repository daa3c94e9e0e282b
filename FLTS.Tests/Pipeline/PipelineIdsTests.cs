using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class PipelineIdsTests
{
    private static readonly EvaluationPolicy _policy = new();

    [Test]
    public void The_same_runs_in_any_order_are_the_same_pipeline()
    {
        RunRow[] runs = [Rows.Run("GRU", RunStatus.Queued), Rows.Run("LSTM", RunStatus.Queued)];

        Assert.That(PipelineIds.Of(new("hash"), runs.Reverse(), _policy), Is.EqualTo(PipelineIds.Of(new("hash"), runs, _policy)));
    }

    [Test]
    public void Another_generation_is_another_pipeline() =>
        Assert.That(
            PipelineIds.Of(new("hash"), [Rows.Run("GRU", RunStatus.Queued, generation: 1)], _policy),
            Is.Not.EqualTo(PipelineIds.Of(new("hash"), [Rows.Run("GRU", RunStatus.Queued)], _policy)));

    [Test]
    public void Another_evaluation_policy_is_another_pipeline()
    {
        RunRow[] runs = [Rows.Run("GRU", RunStatus.Queued)];

        Assert.That(
            PipelineIds.Of(new("hash"), runs, _policy with { EvaluationHorizon = 30 }),
            Is.Not.EqualTo(PipelineIds.Of(new("hash"), runs, _policy)));
    }
}
