using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture]
internal sealed class TelemetryTests
{
    private static readonly KeyValuePair<string, object?> _tag = new("identifier", "telemetry-test");

    [Test]
    public async Task Metrics_have_the_names_that_the_code_gives_them()
    {
        await using var host = await RunningHost.StartAsync();
        var instruments = typeof(FltsMetrics).GetProperties().Select(p => p.GetValue(null)).OfType<Instrument>().ToList();
        foreach (var instrument in instruments)
            Record(instrument);

        using var answer = await host.SendAsync(HttpMethod.Get, "/metrics");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(instruments, Is.Not.Empty);
        foreach (var instrument in instruments)
        {
            // Prometheus adds suffixes of its own to what does not bear them yet: a counter _total, a histogram _bucket, _sum and _count.
            var series = instrument is Histogram<double> ? $"{instrument.Name}_count" : instrument.Name;
            Assert.That(text, Does.Match($"(?m)^{series}\\{{[^}}]*identifier=\"telemetry-test\"[^}}]*\\}} "), instrument.Name);
        }
    }

    [TestCase("flts_predict_requests_total", "outcome=\"success\"")]
    [TestCase("flts_predict_requests_total", "outcome=\"queue_full\"")]
    [TestCase("flts_predict_queue_length", "")]
    [TestCase("flts_model_swaps_total", "")]
    public async Task What_serving_counts_is_there_as_0_from_the_first_scrape(string series, string label)
    {
        await using var host = await RunningHost.StartAsync();

        using var answer = await host.SendAsync(HttpMethod.Get, "/metrics");

        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Match($"(?m)^{series}(\\{{[^}}]*{label}[^}}]*\\}})? 0( |$)"));
    }

    [Test]
    public async Task Durations_have_buckets_from_milliseconds_to_half_an_hour()
    {
        await using var host = await RunningHost.StartAsync();
        Record(FltsMetrics.StageDuration);
        using var answer = await host.SendAsync(HttpMethod.Get, "/metrics");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.That(
            text,
            Does.Match("(?m)^flts_pipeline_stage_duration_seconds_bucket\\{[^}]*le=\"0.001\"")
                .And.Match("(?m)^flts_pipeline_stage_duration_seconds_bucket\\{[^}]*le=\"1800\""));
    }

    [Test]
    public async Task A_log_line_carries_the_name_of_its_event_and_what_its_scope_knows()
    {
        await using var host = await RunningHost.StartAsync();
        var logger = host.App.Services.GetRequiredService<ILoggerFactory>().CreateLogger("test");
        using (logger.BeginScope(new Dictionary<string, object> { ["run_id"] = "r1", ["config_hash"] = "c1" }))
            logger.Log(LogLevel.Information, new EventId(7, "train_start"), "Training {model_type}", null, (_, _) => "Training GRU");

        var line = (await host.LogsAsync()).Single(l => l["event"]?.GetValue<string>() == "train_start");

        Assert.That(line["run_id"]!.GetValue<string>(), Is.EqualTo("r1"));
        Assert.That(line["config_hash"]!.GetValue<string>(), Is.EqualTo("c1"));
        Assert.That(
            DateTimeOffset.Parse(line["@t"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture).Offset,
            Is.EqualTo(TimeSpan.Zero));
    }

    private static void Record(Instrument instrument)
    {
        switch (instrument)
        {
            case Counter<long> counter:
                counter.Add(1, _tag);
                break;
            case UpDownCounter<int> counter:
                counter.Add(1, _tag);
                break;
            case Histogram<double> histogram:
                histogram.Record(0.5, _tag);
                break;
            case Gauge<double> gauge:
                gauge.Record(0.5, _tag);
                break;
            case Gauge<int> gauge:
                gauge.Record(1, _tag);
                break;
            default:
                throw new NotSupportedException($"{instrument.Name} is of a kind this test does not know: {instrument.GetType()}");
        }
    }
}
