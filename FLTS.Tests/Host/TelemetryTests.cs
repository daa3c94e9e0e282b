using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FLTS.Host.Hosting;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
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
    [TestCase("flts_pipeline_stage_duration_seconds_count", "stage=\"train\"")]
    [TestCase("flts_pipeline_stage_duration_seconds_bucket", "stage=\"evaluate\",le=\"1800\"")]
    [TestCase("flts_training_duration_seconds_count", "model_type=\"LIGHTGBM\"")]
    [TestCase("flts_promotion_duration_seconds_sum", "")]
    [TestCase("flts_predict_latency_seconds_bucket", "le=\"\\+Inf\"")]
    [TestCase("flts_predict_batch_size_count", "")]
    public async Task What_is_counted_is_there_as_0_from_the_first_scrape(string series, string label)
    {
        await using var host = await RunningHost.StartAsync();

        using var answer = await host.SendAsync(HttpMethod.Get, "/metrics");

        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Match($"(?m)^{series}(\\{{[^}}]*{label}[^}}]*\\}})? 0( |$)"));
    }

    [TestCase("data_folder")]
    [TestCase("database")]
    [TestCase("object_store")]
    [TestCase("bus")]
    public async Task Each_part_that_works_is_told_as_1(string part)
    {
        await using var host = await RunningHost.StartAsync();
        await host.App.Services.GetRequiredService<IStartupGate>().OpenedAsync(CancellationToken.None);

        using var answer = await host.SendAsync(HttpMethod.Get, "/metrics");

        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Match($"(?m)^flts_part_ready\\{{part=\"{part}\"\\}} 1$"));
    }

    [Test]
    public async Task A_champion_that_was_replaced_is_told_no_more_and_the_one_in_force_also_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        await using (var host = await RunningHost.StartAsync(folder: folder))
        {
            await PromoteAsync(host, 1);
            Assert.That(await ChampionsAsync(host), Is.EqualTo(new[] { "1" }));
            await PromoteAsync(host, 2);
            Assert.That(await ChampionsAsync(host), Is.EqualTo(new[] { "2" }));
        }

        await using var again = await RunningHost.StartAsync(folder: folder);
        Assert.That(await ChampionsAsync(again), Is.EqualTo(new[] { "2" }));
    }

    [TestCase("text/plain")]
    [TestCase("application/openmetrics-text; version=1.0.0")]
    public async Task Every_series_has_its_help_and_an_end_where_the_format_has_one(string accept)
    {
        await using var host = await RunningHost.StartAsync();

        using var answer = await host.SendAsync(HttpMethod.Get, "/metrics", accept: accept);
        var text = await answer.Content.ReadAsStringAsync();

        foreach (var name in Regex.Matches(text, "(?m)^# TYPE (flts_\\S+)").Select(m => m.Groups[1].Value))
            Assert.That(text, Does.Contain($"# HELP {name} "));
        Assert.That(text, Does.Contain("# TYPE flts_champion_info gauge"));
        var hasEnd = accept.Contains("openmetrics", StringComparison.Ordinal);
        Assert.That(text.EndsWith("# EOF\n", StringComparison.Ordinal), Is.EqualTo(hasEnd));
        Assert.That(Regex.Count(text, "# EOF"), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public async Task A_scraper_that_takes_compressed_answers_gets_one_that_it_can_read()
    {
        await using var host = await RunningHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.AcceptEncoding.ParseAdd("gzip");

        using var answer = await host.Http.SendAsync(request);

        Assert.That(answer.Content.Headers.ContentEncoding, Is.Empty, "what is announced");
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("# TYPE flts_champion_info gauge"));
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

    [Test]
    public async Task Processes_that_share_a_data_folder_write_their_lines_one_after_the_other()
    {
        const int Lines = 300;
        using var folder = new TemporaryFolder();
        var settings = new HostSettings { DataDirectory = folder.Path, IsPostgres = true, Addresses = [], Modules = [] };
        await Task.WhenAll(new[] { 'a', 'b' }.Select(process => Task.Run(() =>
        {
            using var log = Telemetry.ToFile(new Serilog.LoggerConfiguration(), settings).CreateLogger();
            for (var i = 0; i < Lines; i++)
                log.Information("{Said}", new string(process, 200 + i));
        })));

        var said = Directory.GetFiles(folder["logs"]).SelectMany(File.ReadLines)
            .Select(l => JsonNode.Parse(l)!["Said"]!.GetValue<string>());
        Assert.That(
            said.GroupBy(s => s[0]).Select(g => g.Select(s => s.Length)),
            Is.All.EqualTo(Enumerable.Range(200, Lines)).And.Exactly(2).Items);
    }

    private static async Task<string[]> ChampionsAsync(RunningHost host)
    {
        using var answer = await host.SendAsync(HttpMethod.Get, "/metrics");
        return
        [
            .. Regex.Matches(await answer.Content.ReadAsStringAsync(), "(?m)^flts_champion_info\\{[^}]*version=\"(\\d+)\"\\} 1$")
                .Select(m => m.Groups[1].Value),
        ];
    }

    private static async Task PromoteAsync(RunningHost host, int version)
    {
        await host.App.Services.GetRequiredService<IStartupGate>().OpenedAsync(CancellationToken.None); // There are tables.
        await using var db = await host.App.Services.GetRequiredService<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync();
        if (version == 1)
            db.AddRange(Rows.Dataset(), Rows.Run());
        var attempt = Rows.Attempt($"attempt-{version}");
        (attempt.Outcome, attempt.SelectedRunId, attempt.EndedAt) = (AttemptOutcome.Promoted, new("run"), Rows.Now);
        db.AddRange(attempt, Rows.Champion(version, attempt.AttemptId.Value));
        await db.SaveChangesAsync();
    }
}
