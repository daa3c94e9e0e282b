using System.Net;
using FLTS.Modules.Storage;
using FLTS.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

[TestFixture, Parallelizable]
internal sealed class SeriesOverHttpTests
{
    private const HttpStatusCode Refused = HttpStatusCode.UnprocessableEntity;
    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync().ReadyAsync();
        await _host.PutAsync("plain", DatasetClient.Csv(0, 100), """?units={"down":"bit/s"}""").ExpectAsync(HttpStatusCode.Created);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task A_span_is_told_with_its_values_units_and_the_ends_of_the_whole()
    {
        var series = (await _host.GetAsync(
            "/datasets/plain/series?columns=up,down&from=2026-01-05T00:10:00&to=2026-01-05T00:12:00").ExpectAsync(HttpStatusCode.OK)).Body;

        Assert.That(
            (series["rows"]!.GetValue<int>(), series["first"]!.ToString(), series["last"]!.ToString(), series["step_seconds"]!.ToString()),
            Is.EqualTo((3, "2026-01-05T00:00:00", "2026-01-05T01:39:00", "60")));
        Assert.That(
            series["ts"]!.AsArray().Select(t => t!.ToString()),
            Is.EqualTo(new[] { "2026-01-05T00:10:00", "2026-01-05T00:11:00", "2026-01-05T00:12:00" }));
        var columns = series["columns"]!.AsArray();
        Assert.That(
            columns.Select(c => (c!["name"]!.ToString(), c["unit"]?.ToString())),
            Is.EqualTo(new (string, string?)[] { ("up", null), ("down", "bit/s") }));
        Assert.That(columns[1]!["values"]!.AsArray().Select(v => v!.GetValue<double>()), Is.EqualTo(new double[] { 103, 104, 105 }));
        Assert.That(columns[1]!.AsObject().ContainsKey("min"), Is.False);
    }

    [Test]
    public async Task More_rows_than_points_are_reduced_and_csv_tells_the_same()
    {
        var series = (await _host.GetAsync("/datasets/plain/series?columns=down&points=10").ExpectAsync(HttpStatusCode.OK)).Body;
        using var answer = await _host.SendAsync(HttpMethod.Get, "/datasets/plain/series?columns=down&points=10", accept: "text/csv");
        var lines = (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');

        var column = series["columns"]![0]!;
        Assert.That(series["bucket_seconds"]!.GetValue<double>(), Is.EqualTo(600));
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/csv"));
        Assert.That(lines[0], Is.EqualTo("ts,down_min,down_max,down_first,down_last"));
        Assert.That(
            lines.Skip(1),
            Is.EqualTo(series["ts"]!.AsArray().Select((t, i) =>
                $"{t},{column["min"]![i]},{column["max"]![i]},{column["first"]![i]},{column["last"]![i]}")));
    }

    [TestCase("points=1", "'points' is '1'; it must be a whole number between 2 and 10000")]
    [TestCase("points=many", "'points' is 'many'")]
    [TestCase("from=yesterday", "'from' is 'yesterday'; it must be an ISO 8601 time")]
    [TestCase("to=2026-01-05T00:00:00Z", "'to' is '2026-01-05T00:00:00Z', but the data's times have no zone")]
    [TestCase("from=2026-01-06&to=2026-01-05", "'from' (2026-01-06) is after 'to' (2026-01-05)")]
    [TestCase("columns=", "'columns' names none")]
    public async Task A_wrong_parameter_is_refused_by_name(string query, string sentence) =>
        Assert.That((await _host.GetAsync($"/datasets/plain/series?{query}").ExpectAsync(Refused)).Detail, Does.Contain(sentence));

    [Test]
    public async Task A_column_or_dataset_that_is_not_there_is_named()
    {
        Assert.That(
            (await _host.GetAsync("/datasets/plain/series?columns=down,left").ExpectAsync(HttpStatusCode.NotFound)).Detail,
            Does.Contain("no numeric column 'left'").And.Contain("it has down, up"));
        Assert.That(
            (await _host.GetAsync("/datasets/elsewhere/series").ExpectAsync(HttpStatusCode.NotFound)).Detail, Does.Contain("'elsewhere'"));
    }

    [Test]
    public async Task Both_parts_are_one_series_in_the_time_of_the_zone_and_a_comma_may_be_part_of_a_name()
    {
        const string Header = "time,\"down, total\"\n";
        static string Rows(int from, int to) => Header
            + string.Concat(Enumerable.Range(from, to - from)
                .Select(h => $"{new DateTime(2026, 3, 28).AddHours(h):yyyy-MM-dd HH:mm},{h}\n"));
        await _host.PutAsync("zoned", Rows(0, 26), "?timezone=Europe/Madrid").ExpectAsync(HttpStatusCode.Created);
        await _host.PutAsync("zoned", Rows(27, 50), "?part=test").ExpectAsync(HttpStatusCode.Created);

        var series = (await _host.GetAsync(
            "/datasets/zoned/series?columns=down,%20total&from=2026-03-29T01:00:00&to=2026-03-29T03:00:00%2B02:00")
            .ExpectAsync(HttpStatusCode.OK)).Body;

        Assert.That(series["timezone"]!.ToString(), Is.EqualTo("Europe/Madrid"));
        Assert.That(
            series["ts"]!.AsArray().Select(t => t!.ToString()),
            Is.EqualTo(new[] { "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00" }));
        Assert.That(series["columns"]![0]!["values"]!.AsArray().Select(v => v!.GetValue<double>()), Is.EqualTo(new double[] { 25, 27 }));
    }

    [Test]
    public async Task A_zoom_reads_no_file_again_and_a_new_version_is_seen_at_once()
    {
        await _host.PutAsync("zoomed", DatasetClient.Csv(0, 50)).ExpectAsync(HttpStatusCode.Created);
        var whole = (await _host.GetAsync("/datasets/zoomed/series").ExpectAsync(HttpStatusCode.OK)).Body;
        var sha256 = (await _host.GetAsync("/datasets/zoomed")).Body["versions"]![0]!["sha256"]!.ToString();
        await _host.App.Services.GetRequiredService<IObjectStore>().DeleteAsync(ObjectKeys.Source(sha256), default);

        var zoomed = (await _host.GetAsync("/datasets/zoomed/series?from=2026-01-05T00:40:00").ExpectAsync(HttpStatusCode.OK)).Body;
        await _host.PutAsync("zoomed", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        var renewed = (await _host.GetAsync("/datasets/zoomed/series").ExpectAsync(HttpStatusCode.OK)).Body;

        Assert.That(
            new[] { whole, zoomed, renewed }.Select(s => s["rows"]!.GetValue<int>()), Is.EqualTo(new[] { 50, 10, 60 }));
    }

    [Test]
    public async Task Rows_that_were_appended_are_drawn_at_once()
    {
        await _host.PutAsync("grown", DatasetClient.Csv(0, 50)).ExpectAsync(HttpStatusCode.Created);
        var before = (await _host.GetAsync("/datasets/grown/series").ExpectAsync(HttpStatusCode.OK)).Body;
        await _host.AppendAsync("grown", DatasetClient.Csv(50, 5)).ExpectAsync(HttpStatusCode.OK);
        var after = (await _host.GetAsync("/datasets/grown/series").ExpectAsync(HttpStatusCode.OK)).Body;

        Assert.That((before["rows"]!.GetValue<int>(), after["rows"]!.GetValue<int>()), Is.EqualTo((50, 55)));
        Assert.That(after["last"]!.ToString(), Is.EqualTo("2026-01-05T00:54:00"));
    }

    [Test]
    public async Task A_missing_cell_is_null()
    {
        var rows = new[] { "0,1", "1,", "3,4", "4,5", "5,6", "6,7", "7,8" }.Select(r => r.Split(','));
        await _host.PutAsync("holes", "time,down\n" + string.Concat(rows.Select(r => $"2026-01-05 00:0{r[0]}:00,{r[1]}\n")))
            .ExpectAsync(HttpStatusCode.Created);

        var series = (await _host.GetAsync("/datasets/holes/series").ExpectAsync(HttpStatusCode.OK)).Body;

        Assert.That(
            series["columns"]![0]!["values"]!.AsArray().Select(v => (double?)v),
            Is.EqualTo(new double?[] { 1, null, null, 4, 5, 6, 7, 8 }));
    }
}
