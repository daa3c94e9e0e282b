using System.Globalization;
using System.Text.RegularExpressions;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Host;

/// <summary><c>/metrics</c> as promtool checks it: every family with HELP and TYPE, once, its samples together and of its kind.</summary>
[TestFixture]
internal sealed partial class MetricsTextTests
{
    [TestCase("text/plain")]
    [TestCase("application/openmetrics-text; version=1.0.0")]
    public async Task Every_family_has_its_help_and_its_type_once_and_its_samples_behind_them(string accept)
    {
        await using var host = await RunningHost.StartAsync();
        host.App.Services.GetRequiredService<StepMetrics>().Done("train", 0.5); // One of the series of a histogram.
        using (await host.SendAsync(HttpMethod.Get, "/healthz"))
        {
            // The instruments of the web server have something to tell.
        }

        using var answer = await host.SendAsync(HttpMethod.Get, "/metrics", accept: accept);
        var families = Families(await answer.Content.ReadAsStringAsync());

        Assert.That(families.Select(f => f.Name), Is.Unique);
        foreach (var (name, type, help, samples) in families)
        {
            Assert.That(help, Is.Not.Empty, $"HELP of {name}");
            Assert.That(type, Is.AnyOf("counter", "gauge", "histogram", "info"), $"TYPE of {name}");
            var suffix = type switch
            {
                "counter" => "(_total|_created)?",
                "histogram" => "_(bucket|sum|count|created)",
                "info" => "_info",
                _ => "",
            };
            Assert.That(samples.Select(s => s.Name), Is.All.Match($"^{name}{suffix}$"));
            Assert.That(samples.Select(s => s.Name + s.Labels), Is.Unique);
        }
    }

    [Test]
    public async Task The_buckets_of_every_series_of_a_histogram_rise_to_its_count_and_are_the_same_for_all()
    {
        await using var host = await RunningHost.StartAsync();
        host.App.Services.GetRequiredService<StepMetrics>().Done("train", 0.5);

        using var answer = await host.SendAsync(HttpMethod.Get, "/metrics", accept: "text/plain");
        var (_, _, _, samples) = Families(await answer.Content.ReadAsStringAsync())
            .Single(f => f.Name == "flts_pipeline_stage_duration_seconds");

        var counts = samples.Where(s => s.Name.EndsWith("_count", StringComparison.Ordinal))
            .ToDictionary(s => Stage(s.Labels), s => s.Value);
        Assert.That(
            counts,
            Is.EquivalentTo(new Dictionary<string, double>
            {
                ["preprocess"] = 0,
                ["train"] = 1,
                ["evaluate"] = 0,
                ["backtest"] = 0,
                ["live_stations"] = 0,
                ["baseline"] = 0,
            }));
        var buckets = samples.Where(s => s.Name.EndsWith("_bucket", StringComparison.Ordinal)).GroupBy(s => Stage(s.Labels)).ToList();
        foreach (var series in buckets)
        {
            Assert.That(series.Select(s => s.Value), Is.Ordered);
            Assert.That(series.Last().Value, Is.EqualTo(counts[series.Key]));
        }

        Assert.That(buckets.Select(b => string.Join(' ', b.Select(s => Bound().Match(s.Labels).Value))).Distinct(), Has.One.Items);
    }

    private static string Stage(string labels) => Regex.Match(labels, "stage=\"(\\w+)\"").Groups[1].Value;

    private static List<(string Name, string Type, string Help, List<(string Name, string Labels, double Value)> Samples)> Families(
        string text)
    {
        var families = new List<(string Name, string Type, string Help, List<(string, string, double)> Samples)>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l != "# EOF"))
        {
            if (Comment().Match(line) is { Success: true } comment)
            {
                var (kind, name, said) = (comment.Groups[1].Value, comment.Groups[2].Value, comment.Groups[3].Value);
                if (families.Count == 0 || families[^1].Name != name)
                    families.Add((name, "", "", []));
                var family = families[^1];
                families[^1] = kind switch
                {
                    "TYPE" => family with { Type = said },
                    "HELP" => family with { Help = said },
                    _ => family,
                };
                continue;
            }

            var sample = Sample().Match(line);
            Assert.That(sample.Success, line);
            families[^1].Samples.Add((
                sample.Groups[1].Value,
                sample.Groups[2].Value,
                double.Parse(sample.Groups[3].Value, CultureInfo.InvariantCulture)));
        }

        return families;
    }

    [GeneratedRegex("^# (TYPE|HELP|UNIT) (\\S+) ?(.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex("^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*\\})? (\\S+)( \\d+(\\.\\d+)?)?$")]
    private static partial Regex Sample();

    [GeneratedRegex("le=\"[^\"]+\"")]
    private static partial Regex Bound();
}
