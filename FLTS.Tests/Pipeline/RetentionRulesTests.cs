using FLTS.Modules.Pipeline.Retention;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class RetentionRulesTests
{
    private static readonly RetentionOptions _defaults = new() { Enabled = true };
    private static readonly RetentionOptions _noBest = _defaults with { BestRuns = 0 };

    [TestCase(RunStatus.Succeeded, 30)]
    [TestCase(RunStatus.Failed, 7)]
    [TestCase(RunStatus.Cancelled, 7)]
    [TestCase(RunStatus.Invalid, 7)]
    public void A_run_falls_out_of_use_when_its_span_is_over_and_is_pruned_after_the_grace(RunStatus status, int days)
    {
        var state = new RetentionState { Runs = [Run("old", status)] };

        var before = Single(state, _noBest, Rows.Now.AddDays(days - 1));
        var after = Single(state, _noBest, Rows.Now.AddDays(days + 2));

        Assert.That(before.UnusedSince, Is.EqualTo(Rows.Now.AddDays(days)));
        Assert.That(before.PruneAt, Is.EqualTo(Rows.Now.AddDays(days + 7)), "if nobody uses it until then");
        Assert.That(after.PruneAt, Is.EqualTo(Rows.Now.AddDays(days + 9)), "the grace counts from when it is seen");
        Assert.That((before.Kind, before.Id, before.Identifier, before.Bytes), Is.EqualTo(("run", "old", "station", (long?)10)));
    }

    [Test]
    public void The_grace_counts_from_the_mark_and_what_is_taken_is_gone_on_with()
    {
        var now = Rows.Now.AddDays(60);
        var state = new RetentionState { Runs = [Run("old")] };
        var marked = state with { Marks = [new RetentionMarkRow { Kind = RetentionKind.Run, Id = "old", Since = now.AddDays(-6) }] };
        var taken = state with { Marks = [Prunings.Taken(RetentionKind.Run, "old", now)] };

        Assert.That(Single(marked, _noBest, now).PruneAt, Is.EqualTo(now.AddDays(1)));
        Assert.That(Single(taken, _noBest, now), Has.Property("Begun").True.And.Property("PruneAt").EqualTo(now));
    }

    [TestCase(RunStatus.Queued)]
    [TestCase(RunStatus.Running)]
    [TestCase(RunStatus.Storing)]
    public void What_has_not_ended_is_in_use_with_its_data(RunStatus status) =>
        Assert.That(Plan(new RetentionState { Runs = [Run("run", status, ended: null)], Data = [Data()] }), Is.Empty);

    [Test]
    public void The_champion_and_the_three_versions_to_go_back_to_are_kept_with_their_data_and_sources()
    {
        var runs = Enumerable.Range(1, 6).Select(v => Run($"v{v}", hash: $"hash{v}")).ToList();
        var state = new RetentionState
        {
            Runs = runs,
            Ledger = [.. runs.Select((r, i) => new RetainedChampion(r.Identifier, i + 1, r.RunId, false))],
            Data = [.. Enumerable.Range(1, 6).Select(v => Data($"hash{v}", $"source{v}"))],
            Sources = [.. Enumerable.Range(1, 7).Select(v => Source(v, $"source{v}"))],
        };

        Assert.That(Ids(state, "run"), Is.EqualTo(["v1", "v2"]));
        Assert.That(Ids(state, "data"), Is.Empty, "a run that succeeded can be promoted: its data stays as long as it");
        var pruned = state with { Runs = runs[2..] };
        Assert.That(Ids(pruned, "data"), Is.EqualTo(["hash1", "hash2"]));
        Assert.That(Ids(pruned, "source"), Is.EqualTo(["source1", "source2"]));
    }

    [Test]
    public void What_was_rolled_back_from_is_no_version_to_go_back_to()
    {
        string[] ledger = ["a", "b", "c", "d", "bad", "d"];
        var state = new RetentionState
        {
            Runs = [.. ledger.Distinct().Select(r => Run(r))],
            Ledger = [.. ledger.Select((r, i) => new RetainedChampion(new("station"), i + 1, new(r), IsRollback: i == 5))],
        };

        Assert.That(Ids(state, "run"), Is.EqualTo(["bad"]), "d is in force; a, b and c can be gone back to");
    }

    [Test]
    public void The_best_three_of_each_identifier_are_kept()
    {
        var state = new RetentionState
        {
            Runs =
            [
                Run("worst", skill: 0.1), Run("third", skill: 0.3), Run("second", skill: 0.4), Run("first", skill: 0.5), Run("unscored"),
                Run("elsewhere", identifier: "other", skill: -1), Run("failed", RunStatus.Failed, skill: 0.9),
            ],
        };

        Assert.That(Ids(state, "run", _defaults), Is.EquivalentTo(["worst", "unscored", "failed"]));
    }

    [Test]
    public void A_member_stays_as_long_as_the_ENSEMBLE_is_a_model()
    {
        var state = new RetentionState
        {
            Runs = [Run("member"), Run("ensemble", type: "ENSEMBLE")],
            Members = [new RunMemberRow { RunId = new("ensemble"), MemberRunId = new("member") }],
        };

        Assert.That(Ids(state, "run"), Is.EqualTo(["ensemble"]));
        Assert.That(Ids(state with { Runs = [state.Runs[0]] }, "run"), Is.EqualTo(["member"]), "it is pruned: so can the member be");
    }

    [Test]
    public void What_is_worked_on_is_in_use()
    {
        var state = new RetentionState
        {
            Runs = [Run("failed", RunStatus.Failed)],
            Data = [Data(source: "old")],
            Sources = [Source(1, "old"), Source(2, "new")],
        };

        Assert.That(Plan(state).Select(i => i.Kind), Is.EquivalentTo(["run", "data", "source"]));
        Assert.That(Plan(state with { WorkedOn = new HashSet<RunId> { new("failed") } }), Is.Empty, "by a pipeline or a backtest");
        Assert.That(
            Plan(state with { WorkedOnData = new HashSet<ConfigHash> { new("hash") } }).Select(i => i.Kind), Is.EqualTo(["run"]));
    }

    [Test]
    public void A_source_is_known_by_its_bytes_and_the_newest_of_every_name_and_part_stays()
    {
        var state = new RetentionState
        {
            Sources =
            [
                Source(1, "shared"), Source(2, "gone"), Source(3, "newest"), Source(1, "tested", part: "test"),
                Source(1, "older", name: "other"), Source(2, "shared", name: "other"),
            ],
        };

        Assert.That(Ids(state, "source"), Is.EquivalentTo(["gone", "older"]), "another station's newest has the bytes of an old one");
    }

    [Test]
    public void A_file_stays_beside_what_is_made_of_it_and_a_test_file_beside_the_one_that_it_grew_from()
    {
        var (old, made) = (Source(3, "made before"), Source(4, "made now"));
        (old.MadeOf, made.MadeOf) = ("before", "now");
        var (first, grown, other) =
            (Source(2, "put", part: "test"), Source(3, "grown", part: "test"), Source(1, "put before", part: "test"));
        (other.Size, first.Size, grown.Size) = (30, 20, 25);
        var state = new RetentionState { Sources = [Source(1, "older"), Source(2, "file"), old, made, other, first, grown] };

        Assert.That(Ids(state, "source"), Is.EquivalentTo(["older", "made before", "put before"]));
    }

    [TestCase(2, false)]
    [TestCase(30, true)]
    public void Epochs_are_thinned_after_ninety_days_and_once(int epochs, bool isThinned)
    {
        var state = new RetentionState { Runs = [Run("run", skill: 1, epochs: epochs)] };
        var thinned = state with { EpochsThinnedTo = Rows.Now };

        var items = RetentionRules.Plan(state, _defaults, Rows.Now).ToList();
        Assert.That(
            items.Select(i => (i.Kind, i.PruneAt)), Is.EqualTo(isThinned ? [("epochs", Rows.Now.AddDays(90))] : Array.Empty<object>()));
        Assert.That(RetentionRules.Plan(thinned, _defaults, Rows.Now), Is.Empty);
    }

    /// <summary>Whatever the rows: what is served, what can be gone back to, and what those need is in no plan.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public Property No_plan_names_what_somebody_needs() => Prop.ForAll(States().ToArbitrary(), state =>
    {
        var plan = RetentionRules.Plan(state, _defaults, Rows.Now.AddYears(1));
        var pruned = plan.Where(i => i.Kind == "run").Select(i => new RunId(i.Id)).ToHashSet();
        var prunedData = plan.Where(i => i.Kind == "data").Select(i => new ConfigHash(i.Id)).ToHashSet();
        var prunedSources = plan.Where(i => i.Kind == "source").Select(i => i.Id).ToHashSet();
        var champions = state.Ledger.GroupBy(l => l.Identifier).Select(g => g.MaxBy(l => l.Version)!.RunId).ToList();
        var staying = state.Runs.Where(r => !pruned.Contains(r.RunId)).ToList();
        var models = staying.Where(r => r.Status == RunStatus.Succeeded).ToList();
        return champions.TrueForAll(c => !pruned.Contains(c))
            && state.WorkedOn.All(r => !pruned.Contains(r))
            && state.Members.All(m => models.All(r => r.RunId != m.RunId) || !pruned.Contains(m.MemberRunId))
            && models.TrueForAll(r => !prunedData.Contains(r.ConfigHash))
            && models.SelectMany(r => state.Data.Where(d => d.ConfigHash == r.ConfigHash))
                .All(d => d.Sources.All(s => !prunedSources.Contains(s)))
            && state.Sources.GroupBy(s => (s.Name, s.Part)).All(g => !prunedSources.Contains(g.MaxBy(s => s.Version)!.Sha256))
            && staying.All(r => !RunRules.HasEnded(r.Status) || RetentionRules.KeptRuns(state, _defaults).Contains(r.RunId));
    });

    private static Gen<RetentionState> States()
    {
        var runs = from status in Gen.Elements(Enum.GetValues<RunStatus>().Except([RunStatus.Pruned]).ToArray())
                   from hash in Gen.Choose(1, 4)
                   from station in Gen.Choose(1, 2)
                   from skill in Gen.Choose(-5, 9)
                   select (status, hash, station, skill);
        return from drawn in Gen.ArrayOf(runs, 12)
               from ledger in Gen.ArrayOf(Gen.Choose(0, 11), 6)
               from rollbacks in Gen.ArrayOf(Gen.Elements(true, false), 6)
               from members in Gen.ArrayOf(Gen.Choose(0, 11), 4)
               from working in Gen.Choose(0, 11)
               from sources in Gen.ArrayOf(Gen.Choose(1, 4), 6)
               select new RetentionState
               {
                   Runs = [.. drawn.Select((r, i) => Run(
                       $"run{i}", r.status, $"hash{r.hash}", $"station{r.station}", skill: r.skill < 0 ? null : r.skill))],
                   Ledger = [.. ledger.Select((r, i) => new RetainedChampion(
                       new($"station{drawn[r].station}"), i + 1, new($"run{r}"), i > 0 && rollbacks[i]))],
                   Members = [.. members.Chunk(2).Where(m => m[0] != m[1]).Select(m =>
                       new RunMemberRow { RunId = new($"run{m[0]}"), MemberRunId = new($"run{m[1]}") })],
                   WorkedOn = new HashSet<RunId> { new($"run{working}") },
                   Data = [.. Enumerable.Range(1, 4).Select(h => Data($"hash{h}", $"source{h}"))],
                   Sources = [.. sources.Select((s, i) => Source(i + 1, $"source{s}", $"station{(i % 2) + 1}"))],
               };
    }

    private static RetentionItem Single(RetentionState state, RetentionOptions options, DateTimeOffset now) =>
        RetentionRules.Plan(state, options, now).Single();

    private static IReadOnlyList<RetentionItem> Plan(RetentionState state, RetentionOptions? options = null) =>
        RetentionRules.Plan(state, options ?? _noBest, Rows.Now.AddYears(1));

    private static List<string> Ids(RetentionState state, string kind, RetentionOptions? options = null) =>
        [.. Plan(state, options).Where(i => i.Kind == kind).Select(i => i.Id)];

    private static RetainedRun Run(
        string id,
        RunStatus status = RunStatus.Succeeded,
        string hash = "hash",
        string identifier = "station",
        double? skill = null,
        int epochs = 0,
        string type = "GRU") => Run(id, status, Rows.Now) with
        {
            ConfigHash = new(hash),
            Identifier = new(identifier),
            Skill = skill,
            Epochs = epochs,
            ModelType = type,
        };

    private static RetainedRun Run(string id, RunStatus status, DateTimeOffset? ended) =>
        new(new(id), new("hash"), new("station"), "GRU", status, ended, null, 10, 0);

    private static RetainedData Data(string hash = "hash", string source = "source") =>
        new(new(hash), new("station"), DatasetStatus.Ready, Rows.Now, [source]);

    private static SourceRow Source(int version, string sha256, string name = "station", string part = "train") =>
        new() { Name = new(name), Part = part, Version = version, Sha256 = sha256, Size = 10, RegisteredAt = Rows.Now };
}
