using FLTS.Forecasting.Live;
using FLTS.Modules.Monitoring.Decisions;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Schema;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring.Decisions;

/// <summary>What is to be noticed in rows; a pure function.</summary>
[TestFixture, Parallelizable]
internal sealed class StationLookTests
{
    private static readonly DateTime _begin = new(2026, 3, 2);
    private static readonly Dictionary<DriftKind, DateTime> _nothing = [];

    private static readonly BaselineResult _usual = new(
        new DriftBaseline(0.05, [.. Enumerable.Repeat(0.0, 24)], [.. Enumerable.Repeat(0.1, 24)], 900), 0.01, 120, null);

    [Test]
    public void Drift_is_noticed_once_in_a_day_and_again_on_the_next_while_it_lasts()
    {
        var look = Look(ewma: Hours(60, i => i < 10 ? 0.05 : 0.1));

        var noticed = look.OfErrors(_nothing).Where(n => n.Kind == DriftKind.Drift).ToList();

        Assert.That(noticed.Select(n => n.At), Is.EqualTo([_begin.AddHours(14), _begin.AddHours(42)]), "5 hours of 2.4, and a day's rest");
        Assert.That(noticed[0].Value, Is.EqualTo(12).Within(1e-9));
        Assert.That(noticed[0].Reason, Does.Contain("2026-03-02T14:00:00").And.Contain("12.0"));
    }

    [Test]
    public void What_was_noticed_is_not_noticed_again_from_the_same_rows()
    {
        var look = Look(ewma: Hours(30, i => i < 10 ? 0.05 : 0.1));
        var first = look.OfErrors(_nothing).Single();

        Assert.That(look.OfErrors(new Dictionary<DriftKind, DateTime> { [DriftKind.Drift] = first.At }), Is.Empty);
        Assert.That(
            first.IdOf(new("station"), new("run")),
            Is.EqualTo(look.OfErrors(_nothing).Single().IdOf(new("station"), new("run"))).And.Not.EqualTo(
                first.IdOf(new("station"), new("another"))));
    }

    [Test]
    public void Where_a_place_in_a_season_says_nothing_of_what_is_usual_only_intervals_are_watched()
    {
        var look = Look(ewma: Hours(100, _ => 0.5, hits: 10)) with { Baseline = _usual with { Drift = null } };

        Assert.That(look.OfErrors(_nothing).Select(n => (n.Kind, n.At)), Is.EqualTo([(DriftKind.Coverage, _begin.AddHours(71))]));
    }

    [Test]
    public void A_version_before_that_is_better_is_noticed_by_evidence_once_a_day()
    {
        var look = Look(blocks: Blocks(72 * 2, 0.03));

        var worse = look.OfOther(_nothing, e => e >= RollbackEvidence.Enough).Single();

        Assert.That((worse.Kind, worse.At), Is.EqualTo((DriftKind.Worse, look.Blocks[^1].At)));
        Assert.That(worse.Value, Is.EqualTo(look.Evidence).And.GreaterThan(200));
        Assert.That(worse.Reason, Does.Contain("1.50 times"));
        var told = new Dictionary<DriftKind, DateTime> { [DriftKind.Worse] = worse.At };
        Assert.That((look with { Blocks = Blocks((72 * 3) - 1, 0.03) }).OfOther(told, e => e >= 200), Is.Empty);
        Assert.That((look with { Blocks = Blocks(72 * 3, 0.03) }).OfOther(told, e => e >= 200), Is.Not.Empty);
    }

    [Test]
    public void One_that_is_no_better_now_is_not_gone_back_to_whatever_the_evidence()
    {
        var look = Look(blocks: Blocks(72 * 2, 0.019));

        Assert.That(look.OfOther(_nothing, _ => true), Is.Empty);
    }

    [Test]
    public void One_that_was_better_for_long_and_is_worse_now_is_judged_by_the_window_that_shows_it()
    {
        var blocks = Blocks(72 * 8, 0.03).Select((b, i) => i < 72 * 6 ? b with { Champion = 0.01 } : b).ToArray();

        var worse = Look(blocks: blocks).OfOther(_nothing, e => e >= RollbackEvidence.Enough).Single();

        Assert.That(worse.Reason, Does.Contain("1.50 times"));
    }

    [Test]
    public void What_is_noticed_of_a_champion_that_is_one_again_is_another_event()
    {
        var look = Look(blocks: Blocks(72 * 2, 0.03));
        var later = look.Blocks.Select(b => (b.At.AddHours(1), b.Champion, b.Other)).ToArray();
        var again = look with { Since = _begin.AddHours(1), Blocks = later };

        Assert.That(Id(again), Is.Not.EqualTo(Id(look)));
        Assert.That(Id(look with { Blocks = Blocks((72 * 2) - 1, 0.03) }), Is.EqualTo(Id(look)), "of one season there is one");

        static string Id(StationLook of) => of.OfOther(_nothing, _ => true).Single().IdOf(new("station"), new("run"));
    }

    [Test]
    public void A_gross_fault_of_more_than_a_season_ago_that_is_over_is_no_reason_to_act()
    {
        var look = Look(other: Hours(40, i => i == 4 ? 0.2 : 0.05));

        Assert.That(look.OfOther(_nothing, _ => false), Is.Empty);
        Assert.That(Look(other: Hours(28, i => i == 4 ? 0.2 : 0.05)).OfOther(_nothing, _ => false), Is.Not.Empty);
    }

    [Test]
    public void A_gross_fault_is_noticed_in_its_hour()
    {
        var look = Look(other: Hours(5, i => i == 4 ? 0.2 : 0.05));

        var gross = look.OfOther(_nothing, _ => false).Single();

        Assert.That((gross.Kind, gross.At), Is.EqualTo((DriftKind.Gross, _begin.AddHours(4))));
        Assert.That(gross.Value, Is.EqualTo(4).Within(1e-9));
        Assert.That(look.OfOther(new Dictionary<DriftKind, DateTime> { [DriftKind.Gross] = gross.At }, _ => false), Is.Empty);
    }

    [Test]
    public void Without_a_version_before_there_is_nothing_to_go_back_to()
    {
        var look = Look(ewma: Hours(100, _ => 0.5));

        Assert.That(look.Evidence, Is.Null);
        Assert.That(look.OfOther(_nothing, _ => true), Is.Empty);
    }

    private static StationLook Look(
        IReadOnlyList<LiveHour>? ewma = null,
        IReadOnlyList<LiveHour>? other = null,
        IReadOnlyList<(DateTime At, double Champion, double Other)>? blocks = null) =>
        new(_usual, ewma ?? [], other ?? [], _begin, blocks ?? []);

    private static LiveHour[] Hours(int count, Func<int, double> error, long hits = 80) =>
        [.. Enumerable.Range(0, count).Select(i => new LiveHour(_begin.AddHours(i), true, error(i), 0.05, 100, hits))];

    private static (DateTime At, double Champion, double Other)[] Blocks(int count, double loss) =>
        [.. Enumerable.Range(0, count).Select(i => (_begin.AddMinutes(20 * i), loss, 0.02))];
}
