using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Models;

/// <summary>What would break the process is told from its options before it starts.</summary>
[Parallelizable]
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
        new("LIGHTGBM", """{"input_len": 1000, "num_leaves": 1024, "max_bin": 1023}""", new FitSize(3000, 2, 1)),
    ];

    /// <summary>They end a fit sooner or choose among what costs the same; forecasts that are served draw no samples.</summary>
    private static readonly string[] _free =
    [
        "seed", "patience", "early_stopping_rounds", "min_data_in_leaf", "uncertainty_samples", "LIGHTGBM.horizon", "EWMA.input_len",
    ];

    [Test]
    public void Every_option_that_makes_a_fit_larger_is_in_its_sum()
    {
        var summed = new List<string>();
        var missing = new List<string>();
        foreach (var family in ForecasterCatalog.Fitted)
        {
            foreach (var (name, _) in family.Normalise(null))
            {
                if (LargestOf(family, name) is not { } largest || _free.Contains(name) || _free.Contains($"{family.ModelType}.{name}"))
                    continue;
                FitEstimate Of(JsonObject options) => family.Estimate(family.Normalise(options), new FitSize(100_000, 10, 4));
                var (usual, most) = (Of([]), Of(new JsonObject { [name] = largest }));
                (most.Bytes > usual.Bytes || most.Operations > usual.Operations ? summed : missing).Add($"{family.ModelType}.{name}");
            }
        }

        Assert.That(missing, Is.Empty);
        Assert.That(summed, Has.Count.AtLeast(20).And.Member("GRU.members").And.Member("LIGHTGBM.num_leaves").And.Member("AR.input_len"));
    }

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

    [TestCase("GRU", """{"members": 16, "num_layers": 8, "hidden_size": 1024, "lead_mode": "recursive"}""", 300, 10_000)]
    [TestCase("PROPHET", """{"seasonalities": [{"name": "x", "period": 3, "fourier_order": 1000}]}""", 1e8, 1000)]
    [TestCase("LIGHTGBM", """{"num_iterations": 5000, "num_leaves": 1024}""", 1e8, 1000)]
    [TestCase("AR", """{"input_len": 1000}""", 1e8, 1000)]
    public void A_forecast_is_summed_from_its_windows_and_steps(string type, string options, double windows, int steps)
    {
        var family = ForecasterCatalog.Get(type);
        var complete = family.Normalise(JsonNode.Parse(options)!.AsObject());
        FitEstimate Of(double n, int h) => family.EstimateForecast(complete, new FitSize(1, 10, 4), n, h);

        Assert.That(
            () => Of(windows, steps).Refuse("The forecast", 1e15, 3600),
            Throws.TypeOf<InvalidInputException>().With.Message.Matches(
                @"^The forecast would need at least [\d,]+ s of a processor \([\d,]+ windows x [\d,]+ steps of 10 columns, [\d,]+ "
                + @"operations each\); at most 3,600 are given \(Limits:CpuSeconds\)\.$"));
        Assert.That(Of(windows, steps).Bytes, Is.GreaterThanOrEqualTo(2 * sizeof(double) * windows * steps * 4));
        Assert.That(() => Of(1, 30).Refuse("The forecast", Gigabyte, 3600), Throws.Nothing);
    }

    [Test]
    public void What_a_fit_may_take_is_half_more_than_its_sum_and_what_any_fit_takes()
    {
        var estimate = new FitEstimate(100 << 20, 1e10, "");

        Assert.That(estimate.MostBytes, Is.EqualTo(1.5 * (356 << 20)));
        Assert.That((estimate.MostSeconds(given: 3600), estimate.MostSeconds(given: 10)), Is.EqualTo((1.5 * 700, 15.0)));
    }

    /// <summary>As a refusal tells; null: the option is no whole number.</summary>
    private static int? LargestOf(IForecasterFamily family, string option)
    {
        try
        {
            family.Normalise(new JsonObject { [option] = 1e15 });
            return null;
        }
        catch (InvalidInputException e)
        {
            var told = Regex.Match(e.Message, @"(?:whole number from|between) [\d-]+ (?:to|and) (\d+)");
            return told.Success ? int.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture) : null;
        }
    }

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
