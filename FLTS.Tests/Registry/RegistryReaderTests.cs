using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres)]
[Parallelizable]
internal sealed class RegistryReaderTests(Database database)
{
    private RegistryUnderTest _registry = null!;
    private RunReader _runs = null!;
    private LedgerReader _ledger = null!;

    [SetUp]
    public async Task Start()
    {
        _registry = await RegistryUnderTest.ReadyAsync(database);
        (_runs, _ledger) = (_registry.Get<RunReader>(), _registry.Get<LedgerReader>());
        await _registry.AddRowsAsync(Rows.Dataset());
    }

    [TearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    [Test]
    public async Task Pages_hold_every_run_once_newest_first_also_where_times_are_equal()
    {
        for (var i = 0; i < 11; i++)
        {
            var run = Rows.Run($"run-{i:00}", generation: i);
            run.CreatedAt = Rows.Now.AddMinutes(i / 4);
            await _registry.AddRowsAsync(run);
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _runs.ListAsync(new RunFilter(null, null, null, null, null), 3, Cursor.Parse(cursor), default);
            Assert.That(page.Items, Has.Count.LessThanOrEqualTo(3));
            seen.AddRange(page.Items.Select(r => r.RunId.Value));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 11).Reverse().Select(i => $"run-{i:00}")));
    }

    [Test]
    public async Task Filters_leave_only_what_was_asked_for()
    {
        var failed = Rows.Run("failed", generation: 1);
        failed.Status = RunStatus.Failed;
        await _registry.AddRowsAsync(Rows.Run("gru"), Rows.Run("lstm", type: "LSTM"), failed);
        await _registry.AddRowsAsync(Rows.Pipeline());
        await _registry.AddRowsAsync(new PipelineRunRow { PipelineId = new("pipeline"), ModelType = "LSTM", RunId = new("lstm") });

        Assert.That(await Ids(new RunFilter(new("pipeline"), null, null, null, null)), Is.EqualTo(["lstm"]));
        Assert.That(await Ids(new RunFilter(null, new("hash"), new("station"), "GRU", RunStatus.Queued)), Is.EqualTo(["gru"]));
        Assert.That(await Ids(new RunFilter(null, null, null, null, RunStatus.Failed)), Is.EqualTo(["failed"]));
        Assert.That(await Ids(new RunFilter(null, new("nowhere"), null, null, null)), Is.Empty);

        async Task<List<string>> Ids(RunFilter filter) =>
            [.. (await _runs.ListAsync(filter, 50, null, default)).Items.Select(r => r.RunId.Value)];
    }

    [Test]
    public async Task The_champion_of_a_moment_is_the_one_that_was_in_force_then()
    {
        await _registry.AddRowsAsync(Rows.Run());
        for (var version = 1; version <= 3; version++)
        {
            await _registry.AddRowsAsync(Rows.Attempt($"a{version}", $"k{version}"));
            await _registry.AddRowsAsync(Rows.Champion(version, $"a{version}"));
        }

        Assert.That(await VersionAsync(null), Is.EqualTo(3));
        Assert.That(await VersionAsync(Rows.Now.AddDays(1)), Is.EqualTo(2), "at the moment of its promotion");
        Assert.That(await VersionAsync(Rows.Now.AddHours(25)), Is.EqualTo(2));
        Assert.That(await VersionAsync(Rows.Now.AddSeconds(-1)), Is.Null, "before the first");
        Assert.That(
            (await _ledger.ChampionAsync(new("station"), null, default)).History.Select(h => h.Until),
            Is.EqualTo(new DateTimeOffset?[] { Rows.Now.AddDays(1), Rows.Now.AddDays(2), null }));
        Assert.That(() => _ledger.ChampionAsync(new("nobody"), null, default), Throws.InstanceOf<NotFoundException>());

        async Task<int?> VersionAsync(DateTimeOffset? at) => (await _ledger.ChampionAsync(new("station"), at, default)).InForce?.Version;
    }

    [Test]
    public async Task Champions_are_paged_by_identifier_each_with_its_history()
    {
        await _registry.AddRowsAsync(Rows.Run());
        foreach (var (identifier, versions) in new[] { ("b", 1), ("a", 2), ("c", 1) })
        {
            for (var version = 1; version <= versions; version++)
            {
                var (attempt, champion) = (
                    Rows.Attempt($"{identifier}{version}", $"{identifier}{version}"),
                    Rows.Champion(version, $"{identifier}{version}"));
                (attempt.Identifier, champion.Identifier) = (new(identifier), new(identifier));
                await _registry.AddRowsAsync(attempt);
                await _registry.AddRowsAsync(champion);
            }
        }

        var first = await _ledger.ChampionsAsync(2, null, default);
        var second = await _ledger.ChampionsAsync(2, first.Next, default);

        Assert.That(
            first.Items.Select(c => (c.Identifier.Value, c.InForce!.Version, c.History.Count)),
            Is.EqualTo([("a", 2, 2), ("b", 1, 1)]));
        Assert.That((first.Next, second.Next), Is.EqualTo(("b", (string?)null)));
        Assert.That(second.Items.Select(c => c.Identifier.Value), Is.EqualTo(["c"]));
    }

    [Test]
    public async Task The_newest_scoreboard_is_found_by_config_hash_and_by_pipeline()
    {
        await _registry.AddRowsAsync(
            Rows.Scoreboard("b", Rows.Now, """{"n":1}"""),
            Rows.Scoreboard("a", Rows.Now.AddSeconds(1), """{"n":2}"""));

        foreach (var id in new[] { "hash", "pipeline" })
            Assert.That((await _ledger.ScoreboardAsync(id, default))["n"]!.GetValue<int>(), Is.EqualTo(2), id);
        Assert.That(() => _ledger.ScoreboardAsync("nowhere", default), Throws.InstanceOf<NotFoundException>());
    }

    [TestCase("2026-03-02", "2026-03-02T00:00:00+00:00")]
    [TestCase("2026-03-02T09:30", "2026-03-02T09:30:00+00:00")]
    [TestCase("2026-03-02T09:30:01.5Z", "2026-03-02T09:30:01.5+00:00")]
    [TestCase("2026-03-02T09:30:01+02:00", "2026-03-02T07:30:01+00:00")]
    public void A_moment_is_ISO_8601_and_UTC_where_no_zone_is_given(string text, string expected) =>
        Assert.That(
            ChampionEndpoints.Moment(text), Is.EqualTo(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture)));

    [TestCase("")]
    [TestCase("1/2")]
    [TestCase("March 2026")]
    [TestCase("2026-13-02")]
    [TestCase("2026-03-02T09:30:01 02:00")]
    public void What_is_no_moment_is_refused_with_an_example(string text) =>
        Assert.That(
            () => ChampionEndpoints.Moment(text),
            Throws.InstanceOf<InvalidInputException>().With.Message.Contains("'as_of'").And.Message.Contains("2026-03-02T09:30:00Z"));

    [TestCase("x")]
    [TestCase("9223372036854775807.run")]
    [TestCase("-1.run")]
    public void A_cursor_of_somebody_else_is_refused(string cursor) =>
        Assert.That(() => Cursor.Parse(cursor), Throws.InstanceOf<InvalidInputException>().With.Message.Contains("'cursor'"));

    [Test]
    public async Task What_a_run_got_wrong_by_lead_is_read_from_its_newest_scoreboard_that_knows()
    {
        await _registry.AddRowsAsync(Rows.Run("gru"));
        await AddBoardAsync("before", 0, """{"entries": [{"kind": "candidate", "run_id": "gru", "rmse": 0.1}]}""");
        Assert.That(() => _runs.HorizonsAsync(new("gru"), default), Throws.TypeOf<NotFoundException>().With.Message.Contains("by lead"));

        await AddBoardAsync(
            "then",
            1,
            """
            {"entries": [{"kind": "reference", "run_id": null, "leads": []},
              {"run_id": "gru", "leads": [{"lead": 30}], "bands": [{"to": 30}], "not_judged": null}]}
            """);
        await AddBoardAsync("other", 2, """{"entries": [{"run_id": "lstm", "leads": [{"lead": 60}], "bands": []}]}""");
        var read = await _runs.HorizonsAsync(new("gru"), default);

        Assert.That((read.ScoreboardId.Value, read.Leads[0]!["lead"]!.GetValue<int>()), Is.EqualTo(("then", 30)));
        Assert.That(read.NotJudged, Is.Null);
        Assert.That(read.Bands.ToJsonString(), Is.EqualTo("""[{"to":30}]"""));
        Assert.That(() => _runs.HorizonsAsync(new("none"), default), Throws.TypeOf<NotFoundException>());
    }

    private Task<int> AddBoardAsync(string id, int minute, string board) =>
        _registry.AddRowsAsync(Rows.Scoreboard(id, Rows.Now.AddMinutes(minute), board));
}
