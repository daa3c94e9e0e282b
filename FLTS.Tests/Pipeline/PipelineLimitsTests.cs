using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>What would take more than the limits allow is refused when it is asked for, and leaves nothing.</summary>
[TestFixture]
internal sealed class PipelineLimitsTests
{
    private static readonly TestCaseData[] _large =
    [
        new(
            """{"dataset": "station", "model_types": ["GRU"], "training": {"GRU": {"num_layers": 8, "hidden_size": 1024}}}""",
            "A fit of GRU would need about "),
        new("""{"dataset": "station", "evaluation": {"evaluation_horizon": 1000}}""", "The evaluation would need about "),
    ];

    [Test]
    public void Memory_bounds_the_cells_of_a_source_and_is_half_of_what_the_process_may_use_by_default()
    {
        Assert.That(new LimitsOptions().MemoryBytes, Is.EqualTo(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2.0));
        Assert.That(new LimitsOptions { MemoryMb = 24 }.MostCells, Is.EqualTo(1 << 20));
        Assert.That(new LimitsOptions { MemoryMb = 1 << 20 }.MostCells, Is.EqualTo(200_000_000));
    }

    [TestCaseSource(nameof(_large))]
    public async Task A_pipeline_above_the_limits_is_refused_with_the_sum_and_the_setting(string request, string sentence)
    {
        await using var registry = await PipelineUnderTest.StartAsync(
            more: services => services.AddSingleton(new LimitsOptions { MemoryMb = 1 }));
        await File.WriteAllTextAsync(Path.Combine(registry.DatasetsFolder, "station.csv"), Steps.DemoCsv(3000));

        Assert.That(
            () => registry.StartPipelineAsync(request),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.StartsWith(sentence).And.Message.EndsWith("at most 1 are given (Limits:MemoryMb)."));
        Assert.That(await registry.UseAsync(db => Task.FromResult(db.Pipelines.Any())), Is.False);
    }
}
