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

    [Test]
    public async Task An_evaluation_whose_forecasts_take_longer_than_is_given_is_refused()
    {
        await using var registry = await PipelineUnderTest.StartAsync(
            more: services => services.AddSingleton(new LimitsOptions { CpuSeconds = 1 }));
        await File.WriteAllTextAsync(Path.Combine(registry.DatasetsFolder, "station.csv"), Steps.DemoCsv(3000));

        Assert.That(
            () => registry.StartPipelineAsync(
                """
                {"dataset": "station", "model_types": ["GRU"], "evaluation": {"evaluation_horizon": 1000},
                 "training": {"GRU": {"hidden_size": 256, "epochs": 1, "members": 1, "lead_mode": "recursive"}}}
                """),
            Throws.TypeOf<InvalidInputException>().With.Message.StartsWith("The evaluation would need at least ")
                .And.Message.EndsWith("at most 1 are given (Limits:CpuSeconds)."));
    }

    [TestCase(100_000, true)]
    [TestCase(1000, false)]
    public async Task Gaps_that_the_beginning_of_a_file_shows_are_held_against_the_limits_before_it_is_read(int most, bool isRefused)
    {
        await using var registry = await PipelineUnderTest.StartAsync(
            more: services => services.AddSingleton(new LimitsOptions { MemoryMb = 100 }));
        await File.WriteAllLinesAsync(
            Path.Combine(registry.DatasetsFolder, "station.csv"),
            Enumerable.Range(0, 400)
                .Select(i => DatasetClient.Start.AddSeconds((50_000 * (i / 4)) + (i % 4)))
                .Select(t => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{t:s},{t.Second}"))
                .Prepend("time,a"));
        var start = () => registry.StartPipelineAsync(
            $$"""{"dataset": "station", "model_types": ["NAIVE"], "preprocessing": {"max_gap_steps": {{most}} } }""");

        Assert.That(start, !isRefused ? Throws.Nothing : Throws.TypeOf<InvalidInputException>().With.Message.Matches(
            @"^With the missing rows of gaps of up to 100000 steps \(max_gap_steps\) the series would have at least 4,9\d\d,\d\d\d rows "
            + @"\(4,9\d\d,\d\d\d of them in the gaps of its first 64 kB\) of 2 columns; at most 4,369,066 values are taken "));
    }
}
