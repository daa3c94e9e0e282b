using System.Text.Json.Nodes;
using FLTS.Benchmarks;
using FLTS.Forecasting.Demo;
using NUnit.Framework;

namespace FLTS.Tests.BenchmarkTests;

[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class AccuracyBenchmarkTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Settings_are_compared_without_opening_the_test_file()
    {
        Write("station.csv", 700, seed: 1);
        File.WriteAllText(_folder["station_test.csv"], "this is no table");

        var results = AccuracyBenchmark.Rolling(Options(), TextWriter.Null).ToArray();

        Assert.That(
            results.Select(Name),
            Is.EqualTo([.. ForecasterCatalog.References.Select(r => r.ModelType + " reference"), "GRU tiny", "GRU long"]));
        Assert.That(() => AccuracyBenchmark.Test(Options(), TextWriter.Null).ToArray(), Throws.InstanceOf<InvalidInputException>());
    }

    [Test, Category(TestCategories.Soak)]
    public void All_are_scored_on_the_same_cells_which_the_longest_input_leaves()
    {
        Write("station.csv", 700, seed: 1);

        var results = AccuracyBenchmark.Rolling(Options(), TextWriter.Null).Where(r => r["rmse"] is not null).ToArray();

        Assert.That(results.Select(r => (int)r["scored_rows"]!).Distinct().ToArray(), Has.Length.EqualTo(1).And.All.GreaterThan(100));
        Assert.That((double)results[0]["skill"]!, Is.Zero, "NAIVE against itself");
        Assert.That((int)results[^1]["seeds"]!, Is.EqualTo(2));
        Assert.That(results[^1]["rmse_of_seeds"]!.AsArray().Select(s => (double)s!).ToArray(), Is.Unique, "other seeds, other nets");
        Assert.That((double)results[^1]["few_rows_rmse_over_naive"]!, Is.Positive);
    }

    [Test, Category(TestCategories.Soak)]
    public void The_published_protocol_gives_the_error_over_the_mean_of_two_columns()
    {
        Write("station.csv", 900, seed: 1);
        Write("station_test.csv", 1400, seed: 1, skip: 900);

        var results = PaperBenchmark.Test(Options(), TextWriter.Null).ToDictionary(Name);

        Assert.That(
            results.Keys,
            Does.Contain("PROPHET defaults")
                .And.Contain("LIGHTGBM defaults")
                .And.Contain("LSTM defaults")
                .And.Contain("AR reference")
                .And.Contain("GRU long"));
        foreach (var result in results.Values.Where(r => r["nrmse"] is not null))
            Assert.That(
                (double)result["nrmse"]!,
                Is.EqualTo(((double)result["nrmse_down"]! + (double)result["nrmse_up"]!) / 2).Within(1e-5).And.InRange(0.1, 3));
    }

    [Test]
    [Category(TestCategories.Soak)]
    public void The_defaults_beat_NAIVE_on_generated_data_and_stay_beside_it_where_there_are_50_rows()
    {
        Write("station.csv", 2500, seed: 2);
        var options = new AccuracyOptions { Datasets = _folder.Path, Folds = 1, Seeds = 1 };

        var results = AccuracyBenchmark.Rolling(options, TextWriter.Null).ToDictionary(r => (string)r["model_type"]!);

        foreach (var model in (string[])["GRU", "LSTM"])
        {
            Assert.That((double)results[model]["rmse"]!, Is.LessThan(0.9 * (double)results["NAIVE"]["rmse"]!), model);
            Assert.That((double)results[model]["few_rows_rmse_over_naive"]!, Is.LessThan(1.1), model);
        }
    }

    [Test]
    [Category(TestCategories.RealData)]
    public void On_measured_data_the_defaults_beat_AR_and_stay_beside_NAIVE_where_there_are_50_rows()
    {
        var folder = Environment.GetEnvironmentVariable("FLTS_DATASETS");
        Assert.That(folder, Is.Not.Null, "FLTS_DATASETS must name the folder of the measurements");

        var results = AccuracyBenchmark.Test(new AccuracyOptions { Datasets = folder, Seeds = 5 }, TextWriter.Null)
            .Where(r => (string?)r["dataset"] == "PobleSec")
            .ToDictionary(r => ((string)r["mode"]!, (string)r["model_type"]!), r => (double?)r["rmse"] ?? double.PositiveInfinity);

        foreach (var model in (string[])["GRU", "LSTM"])
        {
            Assert.That(results[("test", model)], Is.LessThan(results[("test", "AR")]), model);
            Assert.That(results[("test_50_rows", model)], Is.LessThan(1.1 * results[("test_50_rows", "NAIVE")]), model);
        }
    }

    private AccuracyOptions Options() => new()
    {
        Datasets = _folder.Path,
        Folds = 2,
        Seeds = 2,
        Models = ["GRU"],
        Settings = new Dictionary<string, JsonObject>
        {
            ["tiny"] = new() { ["hidden_size"] = 4, ["num_layers"] = 1, ["epochs"] = 1 },
            ["long"] = new() { ["hidden_size"] = 4, ["num_layers"] = 1, ["epochs"] = 1, ["input_len"] = 12 },
        },
    };

    private static string Name(JsonObject result) => $"{result["model_type"]} {result["setting"]}";

    /// <summary>Generated rows behind the first <paramref name="skip"/>.</summary>
    private void Write(string name, int rows, int seed, int skip = 0)
    {
        using var stream = new MemoryStream();
        DemoStation.Write(stream, rows, seed);
        var lines = System.Text.Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        File.WriteAllLines(_folder[name], [lines[0], .. lines.Skip(1 + skip)]);
    }
}
