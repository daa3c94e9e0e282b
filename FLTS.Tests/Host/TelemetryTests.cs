using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture]
internal sealed class TelemetryTests
{
    [TestCase("flts_predict_requests_total", "outcome=\"success\"")]
    [TestCase("flts_predict_requests_total", "outcome=\"queue_full\"")]
    [TestCase("flts_predict_queue_length", "")]
    [TestCase("flts_model_swaps_total", "")]
    [TestCase("flts_runs_total", "model_type=\"PROPHET\"[^}]*status=\"failed\"")]
    [TestCase("flts_artifact_cache_requests_total", "result=\"miss\"")]
    [TestCase("flts_zero_variance_features_total", "")]
    [TestCase("flts_promotion_attempts_total", "outcome=\"promoted\"[^}]*trigger=\"rollback\"")]
    public async Task What_is_counted_is_there_as_0_from_the_first_scrape(string series, string label)
    {
        await using var host = await RunningHost.StartAsync();

        using var answer = await host.SendAsync(HttpMethod.Get, "/metrics");

        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Match($"(?m)^{series}(\\{{[^}}]*{label}[^}}]*\\}})? 0( |$)"));
    }

    [Test]
    public async Task Durations_have_buckets_from_milliseconds_to_half_an_hour()
    {
        await using var host = await RunningHost.StartAsync();
        host.App.Services.GetRequiredService<StepMetrics>().Done("preprocess", 0.5);
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
}
