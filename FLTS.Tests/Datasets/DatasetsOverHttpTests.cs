using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Modules.Storage;
using FLTS.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

[TestFixture, Parallelizable]
internal sealed class DatasetsOverHttpTests
{
    private const HttpStatusCode Refused = HttpStatusCode.UnprocessableEntity;
    private RunningHost _host = null!;
    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _host = await RunningHost.StartAsync(folder: _folder, settings: new Dictionary<string, string?>
        {
            ["Pipeline:DemoOnEmpty"] = "false",
            ["Datasets:Folder"] = Directory.CreateDirectory(_folder["datasets"]).FullName,
            ["Datasets:MaxWaiting"] = "100",
            ["Datasets:MaxAppendRows"] = "50",
            ["Datasets:MaxLineBytes"] = "1000",
        }).ReadyAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task What_was_put_is_listed_with_its_versions_and_the_same_again_is_the_same_version()
    {
        var csv = DatasetClient.Csv(0, 60);
        var first = await _host.PutAsync("put", csv).ExpectAsync(HttpStatusCode.Created);
        var again = await _host.PutAsync("put", csv).ExpectAsync(HttpStatusCode.Created);
        var second = await _host.PutAsync("put", DatasetClient.Csv(0, 61)).ExpectAsync(HttpStatusCode.Created);
        var test = await _host.PutAsync("put", DatasetClient.Csv(61, 30), "?part=test").ExpectAsync(HttpStatusCode.Created);
        var back = await _host.PutAsync("put", csv).ExpectAsync(HttpStatusCode.Created);

        Assert.That(
            first.Text("sha256"),
            Is.EqualTo(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(csv)))));
        Assert.That(
            (first.Int("version"), first.Text("part"), first.Int("rows"), first.Int("size")),
            Is.EqualTo((1, "train", 60, csv.Length)));
        Assert.That(first.Body["columns"]!.AsArray().Select(c => c!.GetValue<string>()), Is.EqualTo(new[] { "down", "up" }));
        Assert.That(
            (first.Body["first"]!.GetValue<DateTime>(), first.Body["last"]!.GetValue<DateTime>()),
            Is.EqualTo((DatasetClient.Start, DatasetClient.Start.AddMinutes(59))));
        Assert.That(again.Body.ToJsonString(), Is.EqualTo(first.Body.ToJsonString()));
        Assert.That((second.Int("version"), test.Int("version"), test.Text("part"), back.Int("version")), Is.EqualTo((2, 1, "test", 3)));

        var versions = (await _host.GetAsync("/datasets/put").ExpectAsync(HttpStatusCode.OK)).Body["versions"]!.AsArray();
        Assert.That(
            versions.Select(v => (v!["part"]!.GetValue<string>(), v["version"]!.GetValue<int>(), v["sha256"]!.GetValue<string>())),
            Is.EqualTo(new[]
            {
                ("train", 3, first.Text("sha256")),
                ("train", 2, second.Text("sha256")),
                ("train", 1, first.Text("sha256")),
                ("test", 1, test.Text("sha256")),
            }));
        var listed = (await _host.GetAsync("/datasets").ExpectAsync(HttpStatusCode.OK))
            .Body["items"]!.AsArray()
            .Single(i => i!["name"]!.GetValue<string>() == "put")!;
        Assert.That(
            (listed["train_sha256"]!.GetValue<string>(), listed["test_sha256"]!.GetValue<string>()),
            Is.EqualTo((first.Text("sha256"), test.Text("sha256"))));
        Assert.That(await _host.StoredAsync("put"), Is.EqualTo(csv));
    }

    [Test]
    public async Task The_list_comes_in_pages()
    {
        foreach (var name in new[] { "page-a", "page-b", "page-c" })
            await _host.PutAsync(name, DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        var whole = (await _host.GetAsync("/datasets?limit=500").ExpectAsync(HttpStatusCode.OK))
            .Body["items"]!.AsArray()
            .Select(i => i!["name"]!.GetValue<string>())
            .ToList();

        var (pages, cursor) = (new List<string>(), "");
        do
        {
            var page = (await _host.GetAsync($"/datasets?limit=2{cursor}").ExpectAsync(HttpStatusCode.OK)).Body;
            Assert.That(page["items"]!.AsArray(), Has.Count.InRange(1, 2));
            pages.AddRange(page["items"]!.AsArray().Select(i => i!["name"]!.GetValue<string>()));
            cursor = page["next"] is { } next ? $"&cursor={next.GetValue<string>()}" : "";
        }
        while (cursor.Length > 0);

        Assert.That(pages.Intersect(whole), Is.EqualTo(whole), "each once and in order, whatever others put meanwhile");
        Assert.That(pages, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal).And.Unique);
        Assert.That(
            (await _host.GetAsync("/datasets?limit=0").ExpectAsync(Refused)).Detail,
            Does.Contain("'limit' is 0; it must be between 1 and 500"));
        Assert.That(
            (await _host.GetAsync("/datasets?cursor=%2e%2e%2fx").ExpectAsync(Refused)).Detail,
            Does.Contain("'cursor' must be the value of 'next'"));
    }

    [Test]
    public async Task Gzip_is_taken_as_it_is_and_read_as_what_it_holds()
    {
        var put = await _host.PutAsync(
            "zipped", DatasetClient.Zip(Encoding.UTF8.GetBytes(DatasetClient.Csv(0, 60))), type: "application/gzip")
            .ExpectAsync(HttpStatusCode.Created);
        Assert.That(put.Int("rows"), Is.EqualTo(60));
        Assert.That(
            (await _host.GetAsync("/datasets/zipped/profile").ExpectAsync(HttpStatusCode.OK))
                .Body["train"]!["series"]!["rows"]!.GetValue<int>(),
            Is.EqualTo(60));

        // Rows can join it: what is made of both is plain text.
        await _host.AppendAsync("zipped", DatasetClient.Csv(60, 2)).ExpectAsync(HttpStatusCode.OK);
        Assert.That(await _host.CompactedAsync("zipped"), Is.EqualTo(DatasetClient.Csv(0, 62)));
    }

    [Test]
    public async Task Twenty_who_put_the_same_at_once_make_one_version()
    {
        var answers = await RegistryUnderTest.TogetherAsync(20, _ => _host.PutAsync("same", DatasetClient.Csv(0, 60)));

        Assert.That(answers.Select(a => a.Status), Is.All.EqualTo(HttpStatusCode.Created));
        Assert.That(answers.Select(a => a.Body.ToJsonString()).Distinct().Count(), Is.EqualTo(1));
        Assert.That((await _host.GetAsync("/datasets/same")).Body["versions"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Ten_who_put_different_things_at_once_make_ten_versions()
    {
        var answers = await RegistryUnderTest.TogetherAsync(10, i => _host.PutAsync("different", DatasetClient.Csv(0, 50 + i)));

        Assert.That(answers.Select(a => a.Int("version")), Is.EquivalentTo(Enumerable.Range(1, 10)));
    }

    [Test]
    public async Task Ten_who_append_at_once_each_leave_their_rows_exactly_once()
    {
        await _host.PutAsync("many", DatasetClient.Csv(0, 10)).ExpectAsync(HttpStatusCode.Created);

        var answers = await RegistryUnderTest.TogetherAsync(
            10, i => _host.AppendAsync("many", $"time,down,up\n{DatasetClient.At(10 + i)},{1000 + i},1\n"));

        var lines = (await _host.CompactedAsync("many")).TrimEnd('\n').Split('\n');
        Assert.That(answers.Select(a => (a.Status, a.Int("appended"))), Is.All.EqualTo((HttpStatusCode.OK, 1)));
        Assert.That(
            lines.Skip(11).Select(l => int.Parse(l.Split(',')[1], CultureInfo.InvariantCulture) - 1000),
            Is.EqualTo(Enumerable.Range(0, 10)));
        Assert.That(lines.Skip(1).Select(l => l.Split(',')[0]), Is.Ordered.And.Unique);
    }

    [Test]
    public async Task Rows_are_appended_from_csv_and_json_in_any_order_of_columns_and_seen_with_the_files()
    {
        var csv = "\uFEFF\"time\";\"up;stream\";note;down\r\n"
            + string.Concat(Enumerable.Range(0, 20).Select(i => $"{DatasetClient.At(i)};{i};\"a;b\";{i}\r\n")).TrimEnd('\r', '\n');
        await _host.PutAsync("rows", csv).ExpectAsync(HttpStatusCode.Created);

        var first = await _host.AppendAsync(
            "rows", "down,time,\"up;stream\"\r\n1.5,2026-01-05T00:20:00,\r\n,2026-01-05 00:21:00,NaN\r\n\r\n")
            .ExpectAsync(HttpStatusCode.OK);
        var second = await _host.AppendAsync(
            "rows",
            """[{"up;stream": 1e3, "time": "2026-01-05 00:22:00", "down": null}, {"down": "7", "up;stream": -2.50,"""
            + """ "time": "2026-01-05 00:23:00"}]""",
            "application/json")
            .ExpectAsync(HttpStatusCode.OK);
        var third = await _host.AppendAsync(
            "rows",
            """[{"up;stream": 1, "time": "2026-01-05 00:24:00", "down": 2, "note": "say \"a;b\""}]""",
            "application/json; charset=utf-8")
            .ExpectAsync(HttpStatusCode.OK);

        Assert.That(
            (first.Int("appended"), first.Int("new"), second.Int("appended"), second.Int("late"), third.Int("new")),
            Is.EqualTo((2, 2, 2, 0, 1)));
        Assert.That(
            (second.Body["first"]!.GetValue<DateTime>(), second.Body["last"]!.GetValue<DateTime>()),
            Is.EqualTo((DatasetClient.Start.AddMinutes(22), DatasetClient.Start.AddMinutes(23))));
        Assert.That(
            (await _host.CompactedAsync("rows")).Split('\n'),
            Is.EqualTo(new[] { "time,up;stream,note,down", "2026-01-05 00:00:00,0,text,0" }
                .Concat(Enumerable.Range(1, 19).Select(i => $"{DatasetClient.At(i)},{i},,{i}"))
                .Concat(
                [
                    "2026-01-05 00:20:00,,,1.5", "2026-01-05 00:21:00,,,", "2026-01-05 00:22:00,1000,,", "2026-01-05 00:23:00,-2.5,,7",
                    "2026-01-05 00:24:00,1,,2", "",
                ])));
        Assert.That(
            (await _host.GetAsync("/datasets/rows/profile").ExpectAsync(HttpStatusCode.OK))
                .Body["train"]!["series"]!["rows"]!.GetValue<int>(),
            Is.EqualTo(25));

        var shown = (await _host.GetAsync("/datasets/rows").ExpectAsync(HttpStatusCode.OK)).Body;
        Assert.That(
            shown["versions"]!.AsArray().Select(v => (v!["version"]!.GetValue<int>(), v["compacted"]!.GetValue<bool>())),
            Is.EqualTo([(2, true), (1, false)]));
        Assert.That(
            (shown["measurements"]!["rows"]!.GetValue<int>(), shown["measurements"]!["first"]!.GetValue<string>()),
            Is.EqualTo((5, "2026-01-05 00:20:00")));
    }

    [TestCase("text/csv", "", "The body is empty")]
    [TestCase("text/csv", "time,down,up\n", "There are no rows")]
    [TestCase("application/json", "[]", "There are no rows")]
    [TestCase("application/json", "{}", "The body must be a JSON array of rows")]
    [TestCase("application/json", "[7]", "Row 1 is no JSON object")]
    [TestCase("application/json", """[{"time": "2026-01-05 01:00:00", "down": 1, "up": [1]}]""", "neither a number, a time, true, false")]
    [TestCase(
        "application/json",
        """[{"time": "2026-01-05 01:00:00", "down": 1, "up": 1}, {"time": "2026-01-05 01:01:00", "down": 1}]""",
        "Row 2 lacks the column 'up'")]
    [TestCase(
        "application/json",
        """[{"time": "2026-01-05 01:00:00", "down": 1, "up": 1}, {"time": "2026-01-05 01:01:00", "down": 1, "up": 1, "more": 1}]""",
        "Row 2 has the column 'more', which row 1 has not")]
    [TestCase(
        "application/json", """[{"time": "2026-01-05 01:00:00", "down": 1, "up": 1, "down": 2}]""", "Row 1 names the column 'down' twice")]
    [TestCase(
        "application/json",
        """[{"time": "2026-01-05 01:00:00", "down": 1, "up": 1}, {"time": "2026-01-05 01:01:00", "down": 1, "up": 1e400}]""",
        "the rows sent: row 2, column 'up': '1e400' is infinite or beyond")]
    [TestCase(
        "application/json",
        """[{"time": "2026-01-05 01:00:00", "down": 1, "up": "\ud800"}]""",
        "Row 1 holds text that is not valid Unicode")]
    [TestCase(
        "application/json", """[{"time": "2026-01-05 01:00:00", "down": 1, "\udfff": 1}]""", "Row 1 holds text that is not valid Unicode")]
    [TestCase(
        "application/json",
        """[{"time": "2026-01-05 01:00:00", "down": 1, "up": "1\n2026-01-05 01:01:00,2,3"}]""",
        "holds a line break; a value must stay on its line")]
    [TestCase("application/json", """[{"ts": "2026-01-05 01:00:00", "down": 1, "up": 2}]""", "The rows lack the column time")]
    [TestCase("text/csv", "when,down,up\n2026-01-05 01:00:00,1,2\n", "the rows sent: there is no timestamp column")]
    [TestCase("text/csv", "time,down\n2026-01-05 01:00:00,1\n", "The rows lack the column up; every column of the dataset must be named")]
    [TestCase("text/csv", "time,down,up,rain\n2026-01-05 01:00:00,1,2,3\n", "The dataset has no column rain; it has time, down, up")]
    [TestCase("text/csv", "time,down,up,up\n2026-01-05 01:00:00,1,2,3\n", "the rows sent: the header names column 'up' twice")]
    [TestCase("text/csv", "time,down,up\n2026-01-05 01:00:00,1\n", "Row 2 has 2 values, but the header names 3 columns")]
    [TestCase("text/csv", "time,down,up\n2026-01-05 01:00:00,1,2,3\n", "Row 2 has 4 values, but the header names 3 columns")]
    [TestCase("text/csv", "time,down,up\n2026-01-05 01:00:00,1,\"2\n", "Row 2, column 3: a quoted value is not closed on its line")]
    [TestCase(
        "text/csv", "time,down,up\n2026-01-05 01:00:00,1,2\nsoon,1,2\n", "the rows sent: row 3: column 'time': 'soon' is no timestamp")]
    [TestCase(
        "text/csv",
        "time,down,up\n2026-01-05 01:00:00,1,2\n2026-01-05 01:01:00,1,much\n",
        "the rows sent: row 3, column 'up': 'much' is no number")]
    [TestCase("text/csv", "time,down,up\n2026-01-05 01:00:00,1,inf\n", "the rows sent: row 2, column 'up': 'inf' is infinite")]
    [TestCase(
        "text/csv",
        "time,down,up\n2026-01-05T01:00:00Z,1,2\n",
        "the rows sent: row 2: column 'time': '2026-01-05T01:00:00Z' has a zone, but the dataset states none")]
    [TestCase(
        "text/csv",
        "time,down,up\n1767574800,1,2\n",
        "The times sent are epoch seconds, those of refusing.csv carry no zone; write them as they are there")]
    [TestCase(
        "text/csv",
        "time,down,up\n2026-01-05 01:00:00,1,2\n2200-01-05 01:00:00,1,2\n",
        "Row 3 is of 2200-01-05 01:00:00, further ahead of the clock than measurements can be: now at most ")]
    public async Task Rows_that_cannot_be_appended_are_refused_and_nothing_changes(string type, string body, string sentence)
    {
        await _host.PutAsync("refusing", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        var before = await _host.StateAsync("refusing");

        var answer = await _host.AppendAsync("refusing", body, type).ExpectAsync(Refused);

        Assert.That(answer.Detail, Does.Contain(sentence));
        Assert.That(await _host.StateAsync("refusing"), Is.EqualTo(before));
    }

    [Test]
    public async Task Rows_that_are_older_doubled_or_sent_again_are_counted_by_what_was_known_of_their_time()
    {
        await _host.PutAsync("counted", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);

        Assert.That(await CountsAsync(DatasetClient.Csv(59, 2)), Is.EqualTo((1, 0, 0, 1)));
        Assert.That(await CountsAsync($"time,down,up\n{DatasetClient.At(62)},1,2\n{DatasetClient.At(61)},1,2\n"), Is.EqualTo((2, 0, 0, 0)));
        Assert.That(await CountsAsync($"time,down,up\n{DatasetClient.At(-1)},1,2\n{DatasetClient.At(5)},1,2\n"), Is.EqualTo((0, 1, 1, 0)));

        var lines = (await _host.CompactedAsync("counted")).Split('\n');
        Assert.That(lines[1], Is.EqualTo($"{DatasetClient.At(-1)},1,2"));
        Assert.That(lines[7], Is.EqualTo($"{DatasetClient.At(5)},1,2"));
        Assert.That(
            (await _host.GetAsync("/datasets/counted/profile")).Body["train"]!["series"]!["rows"]!.GetValue<int>(), Is.EqualTo(64));

        async Task<(int New, int Late, int Corrected, int Unchanged)> CountsAsync(string csv)
        {
            var answer = await _host.AppendAsync("counted", csv).ExpectAsync(HttpStatusCode.OK);
            return (answer.Int("new"), answer.Int("late"), answer.Int("corrected"), answer.Int("unchanged"));
        }
    }

    [TestCase("text/csv", "time,down,up\n{0}", "More than 50 rows were sent (Datasets:MaxAppendRows)")]
    [TestCase("text/csv", "time,down,up\n2026-01-05 01:00:00,1,{1}", "Row 2: the line is longer than 1000 bytes (Datasets:MaxLineBytes)")]
    [TestCase("application/json", "[{2}]", "More than 50 rows were sent (Datasets:MaxAppendRows)")]
    public async Task Rows_over_a_limit_are_refused(string type, string body, string sentence)
    {
        await _host.PutAsync("refusing", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        var sent = body.Replace("{0}", DatasetClient.Csv(60, 51, ""), StringComparison.Ordinal)
            .Replace("{1}", new string('7', 1000), StringComparison.Ordinal)
                .Replace("{2}", string.Join(',', Enumerable.Repeat("{}", 51)), StringComparison.Ordinal);

        var answer = await _host.AppendAsync("refusing", sent, type).ExpectAsync(HttpStatusCode.RequestEntityTooLarge);

        Assert.That(answer.Detail, Does.Contain(sentence));
    }

    [Test]
    public async Task Bad_json_and_unknown_datasets_are_told()
    {
        await _host.PutAsync("refusing", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        Assert.That(
            (await _host.AppendAsync("refusing", "[{", "application/json").ExpectAsync(HttpStatusCode.BadRequest)).Detail,
            Does.Contain("no valid JSON"));
        foreach (var path in new[] { "/datasets/nowhere", "/datasets/nowhere/profile", "/datasets/nowhere/plots/down" })
            Assert.That(
                (await _host.GetAsync(path).ExpectAsync(HttpStatusCode.NotFound)).Detail,
                Does.Contain("There is no dataset 'nowhere'. Known are "));
        await _host.AppendAsync("nowhere", DatasetClient.Csv(0, 1)).ExpectAsync(HttpStatusCode.NotFound);
        Assert.That(
            (await _host.GetAsync("/datasets/refusing/plots/rain").ExpectAsync(HttpStatusCode.NotFound)).Detail,
            Does.Contain("has no numeric column 'rain'; it has down, up"));
    }

    [Test]
    public async Task Zipped_rows_are_taken_and_a_bomb_of_them_is_stopped()
    {
        await _host.PutAsync("unzips", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        foreach (var (body, type) in new[]
        {
            (DatasetClient.Csv(60, 3), "text/csv"),
            ("""[{"time": "2026-01-05 01:03:00", "down": 1, "up": 2}]""", "application/json"),
        })
        {
            using var content = new ByteArrayContent(DatasetClient.Zip(Encoding.UTF8.GetBytes(body)));
            content.Headers.ContentType = new(type);
            content.Headers.ContentEncoding.Add("gzip");
            await _host.AskAsync(HttpMethod.Post, "/datasets/unzips/rows", content).ExpectAsync(HttpStatusCode.OK);
        }

        Assert.That(await _host.CompactedAsync("unzips"), Is.EqualTo(DatasetClient.Csv(0, 63) + "2026-01-05 01:03:00,1,2\n"));

        using var bomb = new ByteArrayContent(DatasetClient.Zip(new byte[80 << 20]));
        Assert.That(
            (await _host.AskAsync(HttpMethod.Post, "/datasets/unzips/rows", bomb).ExpectAsync(HttpStatusCode.RequestEntityTooLarge)).Detail,
            Does.Contain("the rows sent: the file is larger than the limit of 67108864 bytes"));
    }

    [Test]
    public async Task Zoned_times_are_kept_in_the_form_of_the_dataset()
    {
        const string Zoned = "time,down\n2026-01-05T00:00:00Z,1\n2026-01-05T00:01:00Z,2\n2026-01-05T00:02:00Z,3\n";
        var put = await _host.PutAsync("zoned", Zoned, "?timezone=Europe/Madrid").ExpectAsync(HttpStatusCode.Created);
        Assert.That(put.Body["first"]!.GetValue<string>(), Is.EqualTo("2026-01-05T01:00:00+01:00"));

        var local = await _host.AppendAsync("zoned", "time,down\n2026-01-05 01:03:00,4\n", query: "?timezone=Europe/Madrid")
            .ExpectAsync(Refused);
        Assert.That(local.Detail, Does.Contain("The times sent carry no zone, those of zoned.csv carry a zone"));
        await _host.AppendAsync("zoned", "time,down\n2026-01-05T02:03:00+02:00,4\n").ExpectAsync(HttpStatusCode.OK);
        Assert.That(
            await _host.CompactedAsync("zoned"),
            Is.EqualTo(Zoned.Replace("T", " ", StringComparison.Ordinal) + "2026-01-05 00:03:00Z,4\n"));

        // A zone that is given for a dataset without one must not let rows in that its other readers refuse.
        await _host.PutAsync("local", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        var poison = await _host.AppendAsync("local", "time,down,up\n2026-01-05T01:00:00Z,1,2\n", query: "?timezone=Europe/Madrid")
            .ExpectAsync(Refused);
        Assert.That(poison.Detail, Does.Contain("'timezone' is 'Europe/Madrid', that of 'local' is not stated"));
    }

    [Test]
    public async Task Rows_join_a_file_in_the_decimal_mark_and_the_order_of_dates_that_it_has()
    {
        var csv = "time;down;up\n"
            + string.Concat(Enumerable.Range(0, 20).Select(day => $"{DatasetClient.Start.AddDays(day):dd/MM/yyyy};{day},5;{day}\n"));
        await _host.PutAsync("comma", csv).ExpectAsync(HttpStatusCode.Created);

        await _host.AppendAsync(
            "comma", """[{"time": "2026-01-25", "down": 1.25, "up": true}, {"time": "26/01/2026", "down": "n/a", "up": "1,5"}]""",
            "application/json").ExpectAsync(HttpStatusCode.OK);
        var last = await _host.AppendAsync("comma", "up,down,time\n2.5,3,01/02/2026\n").ExpectAsync(HttpStatusCode.OK);

        Assert.That(last.Body["last"]!.GetValue<DateTime>(), Is.EqualTo(new DateTime(2026, 2, 1)));
        Assert.That(
            (await _host.CompactedAsync("comma")).Split('\n').TakeLast(5),
            Is.EqualTo(
                [
                    "2026-01-24 00:00:00,19.5,19", "2026-01-25 00:00:00,1.25,1", "2026-01-26 00:00:00,,1.5", "2026-02-01 00:00:00,3,2.5",
                    "",
                ]));
    }

    [Test]
    public async Task Live_rows_over_the_autumn_change_are_taken_and_times_are_told_in_local_time_with_their_offset()
    {
        static string Row(int hour) => FormattableString.Invariant($"{new DateTime(2024, 10, 26).AddHours(hour):s}Z,{hour}\n");
        await _host.PutAsync("autumn", "time,down\n" + string.Concat(Enumerable.Range(0, 24).Select(Row)), "?timezone=Europe/Madrid")
            .ExpectAsync(HttpStatusCode.Created);
        string[] told = ["02:00:00+02:00", "02:00:00+01:00", "03:00:00+01:00"];
        for (var hour = 24; hour < 27; hour++)
        {
            var answer = await _host.AppendAsync("autumn", "time,down\n" + Row(hour), query: "?timezone=Europe/Madrid")
                .ExpectAsync(HttpStatusCode.OK);
            Assert.That(answer.Body["last"]!.GetValue<string>(), Is.EqualTo("2024-10-27T" + told[hour - 24]));
        }
    }

    [Test]
    public async Task A_timestamp_column_of_another_name_is_named_in_the_query_and_known_from_then_on()
    {
        var csv = DatasetClient.Csv(0, 60, "when,down,up\n");
        Assert.That(
            (await _host.PutAsync("named", csv).ExpectAsync(Refused)).Detail,
            Does.Contain("or set timestamp_column. The file has when, down, up"));

        await _host.PutAsync("named", csv, "?timestamp_column=when").ExpectAsync(HttpStatusCode.Created);
        await _host.PutAsync("named", DatasetClient.Csv(60, 10, "when,down,up\n"), "?part=test").ExpectAsync(HttpStatusCode.Created);
        await _host.AppendAsync("named", DatasetClient.Csv(70, 1, "when,down,up\n"), query: "?timestamp_column=when")
            .ExpectAsync(HttpStatusCode.OK);
        await _host.AppendAsync("named", """[{"down": 1, "up": 2, "when": "2026-01-05 01:11:00"}]""", "application/json")
            .ExpectAsync(HttpStatusCode.OK);
        var profile = await _host.GetAsync("/datasets/named/profile").ExpectAsync(HttpStatusCode.OK);
        await _host.GetAsync("/datasets/named/plots/up?timestamp_column=when").ExpectAsync(HttpStatusCode.OK);

        Assert.That(profile.Body["test"]!["series"]!["rows"]!.GetValue<int>(), Is.EqualTo(10), "the test part has moved on");
        Assert.That(
            (await _host.GetAsync("/datasets/named/profile?timestamp_column=time").ExpectAsync(Refused)).Detail,
            Does.Contain("there is no timestamp column 'time'"));
    }

    [Test]
    public async Task What_lies_in_the_folder_is_a_version_before_what_is_put_and_can_be_extended_by_a_test_part()
    {
        await File.WriteAllTextAsync(_folder["datasets/filed.csv"], DatasetClient.Csv(0, 30));
        await File.WriteAllTextAsync(_folder["datasets/tested.csv"], DatasetClient.Csv(0, 30));

        var put = await _host.PutAsync("filed", DatasetClient.Csv(0, 40)).ExpectAsync(HttpStatusCode.Created);
        var test = await _host.PutAsync("tested", DatasetClient.Csv(30, 10), "?part=test").ExpectAsync(HttpStatusCode.Created);

        Assert.That((put.Int("version"), test.Int("version")), Is.EqualTo((2, 1)));
        Assert.That(
            await _host.StoredAsync("filed"),
            Is.EqualTo(DatasetClient.Csv(0, 40)),
            "the file that lay there before must not take the place of what was put");
        Assert.That(
            (await _host.GetAsync("/datasets/tested")).Body["versions"]!.AsArray().Select(v => v!["part"]!.GetValue<string>()),
            Is.EqualTo(new[] { "train", "test" }));
    }

    [Test]
    public async Task A_source_that_was_changed_in_the_store_is_neither_shown_nor_extended()
    {
        var put = await _host.PutAsync("tampered", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        var store = _host.App.Services.GetRequiredService<IObjectStore>();
        using (var other = new MemoryStream(Encoding.UTF8.GetBytes(DatasetClient.Csv(0, 59))))
            await store.PutAsync(ObjectKeys.Source(put.Text("sha256")), other, default);

        foreach (var asked in new[]
        {
            _host.AppendAsync("tampered", DatasetClient.Csv(60, 1)),
            _host.GetAsync("/datasets/tampered/profile"),
            _host.GetAsync("/datasets/tampered/plots/down"),
        })
            Assert.That((await asked.ExpectAsync(Refused)).Detail, Does.Contain("was changed after it was stored"));
        Assert.That((await _host.GetAsync("/datasets/tampered")).Body["versions"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_profile_tells_of_train_test_and_every_column()
    {
        await _host.PutAsync("profiled", DatasetClient.Csv(0, 100)).ExpectAsync(HttpStatusCode.Created);
        var alone = (await _host.GetAsync("/datasets/profiled/profile").ExpectAsync(HttpStatusCode.OK)).Body;
        await _host.PutAsync("profiled", DatasetClient.Csv(100, 50), "?part=test").ExpectAsync(HttpStatusCode.Created);
        var both = (await _host.GetAsync("/datasets/profiled/profile").ExpectAsync(HttpStatusCode.OK)).Body;

        Assert.That(
            (alone["drift_against"]!.GetValue<string>(), alone["test"], both["drift_against"]!.GetValue<string>()),
            Is.EqualTo(("last_fifth", (JsonNode?)null, "test")));
        Assert.That(both["test"]!["series"]!["rows"]!.GetValue<int>(), Is.EqualTo(50));
        Assert.That(
            both["columns"]!.AsArray()
                .Select(c => (c!["name"]!.GetValue<string>(), c["count"]!.GetValue<int>(), c["missing"]!.GetValue<int>())),
            Is.EqualTo(new[] { ("down", 150, 0), ("up", 150, 0) }));
        Assert.That(both["columns"]![0]!["autocorrelation"]!["one_day"], Is.Null, "150 minutes hold no day");
    }

    [TestCase("PUT", "/datasets/guarded")]
    [TestCase("POST", "/datasets/guarded/rows")]
    [TestCase("GET", "/datasets")]
    [TestCase("GET", "/datasets/guarded")]
    [TestCase("GET", "/datasets/guarded/profile")]
    [TestCase("GET", "/datasets/guarded/plots/down")]
    public async Task Writing_needs_a_key_of_the_role_train_and_reading_is_open_on_loopback(string method, string path)
    {
        await _host.PutAsync("guarded", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        var before = await _host.StateAsync("guarded");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method != "GET")
            request.Content = new StringContent(DatasetClient.Csv(60, 10), Encoding.UTF8, "text/csv");

        using var answer = await _host.Http.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(method == "GET" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized));
        if (method != "GET")
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("'train'"));
        Assert.That(await _host.StateAsync("guarded"), Is.EqualTo(before));
    }
}
