using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

/// <summary>
/// Ten thousand runs are pruned by the product as a process of its own, while somebody asks it for forecasts all the time. How long it
/// takes is printed; under a minute is asked, and where it is more the object store's own removing of 120,000 objects takes that long.
/// </summary>
[TestFixture, Category(TestCategories.Slow), Category(TestCategories.Soak)]
internal sealed class PruningLoadTests
{
    private const int Runs = 10_000;
    private const int Files = 12;

    private static readonly Dictionary<string, string> _settings = new(Stations.SmallModels)
    {
        ["Pipeline:DemoOnEmpty"] = "false",
        ["Pipeline:ExpectedModelTypes:0"] = "NAIVE",
        ["Pipeline:ExpectedModelTypes:1"] = "EWMA",
        ["Pipeline:ExpectedModelTypes:2"] = "AR",
    };

    [TestCase(Stack.Embedded)]
    [TestCase(Stack.Full)]
    public async Task Ten_thousand_runs_are_pruned_and_forecasts_are_answered_all_the_time(Stack stack)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["datasets"]);
        await File.WriteAllTextAsync(Path.Combine(folder["datasets"], "station.csv"), Steps.DemoCsv(600));
        var start = new FltsStart
        {
            Data = folder["data"],
            Settings = _settings,
            Environment = stack == Stack.Full ? await FullSettings.CreateAsync() : new Dictionary<string, string>(),
            Arguments = ["--datasets", folder["datasets"]],
        };
        double[] before;
        await using (var first = FltsProcess.Start(start))
        {
            await first.WaitUntilReadyAsync();
            await first.UseAdminKeyAsync();
            await first.WaitForEndAsync(await first.StartPipelineAsync(new JsonObject { ["dataset"] = "station" }));
            before = await AskAsync(first, () => Task.FromResult(false), 300);
        }

        await FillAsync(start);
        await using var second = FltsProcess.Start(
            start with { Settings = new Dictionary<string, string>(_settings) { ["Retention:Enabled"] = "true" } });
        await second.WaitUntilReadyAsync();
        await second.UseAdminKeyAsync();
        await second.WaitForAsync("the first removals", async () => (await PrunedAsync(second)) > 0 ? "begun" : null);
        var began = Stopwatch.GetTimestamp();
        var during = await AskAsync(second, async () => (await PrunedAsync(second)) >= (long)Runs * Files * 1000, int.MaxValue);
        var took = Stopwatch.GetElapsedTime(began);

        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"{Runs} runs of {Files} files in {took.TotalSeconds:F1} s; forecasts before: median {Quantile(before, 0.5):F1} ms, ")
            + FormattableString.Invariant($"p99 {Quantile(before, 0.99):F1} ms; meanwhile ({during.Length}): ")
            + FormattableString.Invariant($"median {Quantile(during, 0.5):F1} ms, p99 {Quantile(during, 0.99):F1} ms"));
        Assert.That(Quantile(during, 0.5), Is.LessThan((3 * Quantile(before, 0.5)) + 5), "milliseconds");
    }

    /// <summary>Asks for forecasts, each of which must be answered, and looks every fiftieth time whether it is over.</summary>
    /// <returns>Milliseconds of each.</returns>
    private static async Task<double[]> AskAsync(FltsProcess flts, Func<Task<bool>> isOver, int most)
    {
        var times = new List<double>();
        while (times.Count < most && (times.Count % 50 != 49 || !await isOver()))
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await flts.Http.PostAsJsonAsync(
                new Uri("/predict", UriKind.Relative), new { identifier = "station", inference_length = 5 });
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            Assert.That(answer.IsSuccessStatusCode, Is.True, await answer.Content.ReadAsStringAsync());
        }

        return [.. times];
    }

    private static async Task<long> PrunedAsync(FltsProcess flts)
    {
        var text = await flts.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var value = Regex.Match(text, "(?m)^flts_pruned_bytes_total(?:\\{[^}]*\\})? (\\S+)").Groups[1].Value;
        return (long)double.Parse(value, CultureInfo.InvariantCulture);
    }

    /// <summary>Runs that ended long ago, out of use for longer than the grace.</summary>
    private static async Task FillAsync(FltsStart start)
    {
        await using var registry = RegistryUnderTest.Beside(start);
        var now = DateTimeOffset.UtcNow;
        var data = await registry.UseAsync(db => db.Datasets.AsNoTracking().SingleAsync());
        var file = new byte[1000];
        foreach (var some in Enumerable.Range(0, Runs).Chunk(500))
        {
            var runs = some.Select(i => Rows.Run($"old-{i}", data.ConfigHash.Value, "GRU", i)).ToList();
            foreach (var run in runs)
                (run.Status, run.EndedAt, run.ManifestSha256, run.Identifier, run.Attempt) =
                    (RunStatus.Succeeded, now.AddDays(-60), "a", data.Identifier, 1);

            await registry.AddRowsAsync([.. runs]);
            await registry.AddRowsAsync([.. from run in runs
                                            from f in Enumerable.Range(0, Files)
                                            select new RunArtifactRow { RunId = run.RunId, Path = $"{f}", Size = 1000, Sha256 = "a" }]);
            await registry.AddRowsAsync([.. runs.Select(r =>
                new RetentionMarkRow { Kind = RetentionKind.Run, Id = r.RunId.Value, Since = now.AddDays(-8) })]);
            await Task.WhenAll(runs.Select(async run =>
            {
                for (var f = 0; f < Files; f++)
                    await registry.Store.PutAsync(ObjectKeys.Artifact(run.RunId, 1, $"{f}"), file, default);
            }));
        }

        await registry.UseAsync(db => db.RetentionTurns.ExecuteUpdateAsync(set =>
            set.SetProperty(t => t.NextAttemptAt, (DateTimeOffset?)null)));
    }

    private static double Quantile(double[] times, double share) => times.Order().ElementAt((int)(share * (times.Length - 1)));
}
