using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Models;

/// <summary>What would break the process is told from its options before it starts.</summary>
public class FitEstimateTests
{
    private const double Gigabyte = 1 << 30;

    private static readonly TestCaseData[] _large =
    [
        new("GRU", """{"members": 16, "num_layers": 8, "hidden_size": 1024}""", FitSize.Least),
        new("LSTM", """{"members": 16, "hidden_size": 1024, "input_len": 1000, "batch_size": 4096}""", new FitSize(15_000, 10, 4)),
        new("PROPHET", Holidays(), FitSize.Least),
        new("PROPHET", Seasonalities(), FitSize.Least),
        new("AR", """{"input_len": 1000}""", new FitSize(15_000, 100, 1)),
        new("LIGHTGBM", """{"input_len": 1000}""", new FitSize(1_000_000, 20, 1)),
    ];

    [TestCaseSource(nameof(_large))]
    public void A_fit_that_needs_more_memory_than_is_given_is_refused(string type, string options, FitSize size) => Assert.That(
        () => Estimate(type, options, size).Refuse($"A fit of {type}", 4 * Gigabyte, 3600),
        Throws.TypeOf<InvalidInputException>().With.Message.Matches(
            @$"^A fit of {type} would need about [\d,]+ MB \(.+\); at most 4,096 are given \(Limits:MemoryMb\)\.$"));

    [Test]
    public void A_fit_that_takes_longer_than_is_given_is_refused_with_its_sum() => Assert.That(
        () => Estimate("GRU", """{"hidden_size": 1024, "epochs": 1000, "input_len": 100}""", new FitSize(50_000, 10, 4))
            .Refuse("A fit of GRU", 64 * Gigabyte, 3600),
        Throws.TypeOf<InvalidInputException>().With.Message.Matches(
            @"^A fit of GRU would need at least [\d,]+ s of a processor \(.+\); at most 3,600 are given \(Limits:CpuSeconds\)\.$"));

    [Test]
    public void Every_type_is_fitted_by_its_defaults_on_a_year_of_minutes_in_two_gigabytes(
        [Values("GRU", "LSTM", "PROPHET", "LIGHTGBM", "AR", "NAIVE")] string type) =>
        Assert.That(
            () => Estimate(type, "{}", new FitSize(525_600, 11, 5)).Refuse($"A fit of {type}", 2 * Gigabyte, 3600), Throws.Nothing);

    private static FitEstimate Estimate(string type, string options, FitSize size)
    {
        var family = ForecasterCatalog.Get(type);
        return family.Estimate(family.Normalise(JsonNode.Parse(options)!.AsObject()), size);
    }

    private static string Holidays() => new JsonObject
    {
        ["holidays"] = new JsonArray([.. Enumerable.Range(0, 50).Select(i => (JsonNode)new JsonObject
        {
            ["holiday"] = $"day-{i}", ["ds"] = "2026-01-05", ["lower_window"] = -366, ["upper_window"] = 366,
        })]),
    }.ToJsonString();

    private static string Seasonalities() => new JsonObject
    {
        ["seasonalities"] = new JsonArray([.. Enumerable.Range(0, 20).Select(i => (JsonNode)new JsonObject
        {
            ["name"] = $"season-{i}", ["period"] = 10 + i, ["fourier_order"] = 1000,
        })]),
    }.ToJsonString();
}
