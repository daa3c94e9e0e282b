using FLTS.Forecasting.Live;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Live;

[TestFixture]
[Parallelizable]
internal sealed class DriftCusumTests
{
    private static readonly DateTime _begin = new(2026, 3, 2);

    /// <summary>Usual: as good as EWMA, give or take a tenth.</summary>
    private static readonly DriftBaseline _plain = new(0.05, Same(0), Same(0.1), 900);

    [Test]
    public void The_sum_is_what_hours_are_worse_than_usual_by_less_the_allowance()
    {
        var cusum = new DriftCusum(_plain, Station.Places);

        cusum.Add(WorseBy(2));
        Assert.That(cusum.Sum, Is.EqualTo(2 - 0.6).Within(1e-9), "k = 0.5 + 3 / sqrt(900)");
        cusum.Add(WorseBy(50));
        Assert.That(cusum.Sum, Is.EqualTo(2 - 0.6 + 3 - 0.6).Within(1e-9), "clipped at 3");
        cusum.Add(WorseBy(-50));
        Assert.That(cusum.Sum, Is.EqualTo(3.8 - 3 - 0.6).Within(1e-9));
        cusum.Add(WorseBy(-1));
        Assert.That(cusum.Sum, Is.Zero);
    }

    [Test]
    public void It_is_drift_at_twelve_and_no_hour_without_truth_counts()
    {
        var hours = Enumerable.Repeat(WorseBy(9), 4).Append(WorseBy(9) with { IsScored = false }).Append(WorseBy(9))
            .Select((h, i) => h with { At = _begin.AddHours(i) });

        var found = new DriftCusum(_plain, Station.Places).First(hours);

        Assert.That(found?.At, Is.EqualTo(_begin.AddHours(5)), "the fifth that is scored: 5 x 2.4 = 12");
    }

    [FsCheck.NUnit.Property]
    public Property An_hour_that_is_worse_never_makes_the_sum_smaller() => Prop.ForAll(
        Gen.Choose(-400, 400).Select(z => z / 100.0).ArrayOf(30).ToArbitrary(),
        Gen.Choose(0, 29).ToArbitrary(),
        (z, which) => SumOf([.. z.Select((v, i) => i == which ? v + 1 : v)]) >= SumOf(z) - 1e-9);

    [TestCase(3)]
    [TestCase(9)]
    public void Of_two_hundred_healthy_stations_hardly_one_is_called_drifted_within_a_week(int usualDays)
    {
        var alarms = Enumerable.Range(0, 200).Count(seed => Noticed(seed, usualDays, 7, 1) is not null);

        Assert.That(alarms, Is.LessThanOrEqualTo(4));
    }

    [TestCase(3, 1.3, 60)]
    [TestCase(9, 1.3, 36)]
    [TestCase(9, 1.6, 12)]
    public void A_champion_that_has_become_worse_is_noticed(int usualDays, double timesWorse, int withinHours)
    {
        var after = Enumerable.Range(0, 51).Select(seed => Noticed(seed, usualDays, 7, timesWorse) ?? 1000).Order().ToArray();

        Assert.That(after[25], Is.LessThanOrEqualTo(withinHours), string.Join(", ", after));
    }

    [Test]
    public void What_is_usual_is_told_by_the_place_in_the_season()
    {
        // A champion that is always bad at noon, and always good at night.
        var hours = Enumerable.Range(0, 24 * 8).Select(i =>
            new LiveHour(_begin.AddHours(i), true, (i % 24 == 12 ? 0.1 : 0.02) * (1 + (0.01 * ((i + (i / 24)) % 2))), 0.05)).ToArray();

        var baseline = DriftBaseline.Of(hours, Station.Places)!;

        Assert.That(baseline.Means[12], Is.GreaterThan(0.5));
        Assert.That(baseline.Means[3], Is.LessThan(-0.5));
        Assert.That(baseline.EwmaError, Is.EqualTo(0.05).Within(1e-12));
        Assert.That(new DriftCusum(baseline, Station.Places).First(hours), Is.Null);
    }

    [Test]
    public void Places_that_were_seen_too_seldom_have_what_is_usual_of_all()
    {
        var hours = new Station(1).Days(2)[..30];

        var baseline = DriftBaseline.Of(hours, Station.Places)!;

        Assert.That(baseline.Hours, Is.EqualTo(30));
        Assert.That(baseline.Means.Distinct().Count(), Is.EqualTo(7), "six hours of the day were seen twice");
        Assert.That(baseline.Means[6], Is.EqualTo(baseline.Means[23]));
        Assert.That(baseline.Deviations[6], Is.EqualTo(baseline.Deviations[23]));
    }

    [Test]
    public void Nothing_is_usual_where_nothing_is_scored()
    {
        var hours = new Station(1).Days(3).Select(h => h with { IsScored = false });

        Assert.That(DriftBaseline.Of(hours, Station.Places), Is.Null);
    }

    /// <summary>Hours until drift; the station was as usual before.</summary>
    private static int? Noticed(int seed, int usualDays, int days, double timesWorse)
    {
        var station = new Station(seed);
        var cusum = new DriftCusum(DriftBaseline.Of(station.Days(usualDays), Station.Places)!, Station.Places);
        var hours = station.Days(days, timesWorse);
        return cusum.First(hours) is { } found ? Array.FindIndex(hours, h => h.At == found.At) + 1 : null;
    }

    private static double SumOf(double[] worse)
    {
        var cusum = new DriftCusum(_plain, Station.Places);
        Array.ForEach(worse, z => cusum.Add(WorseBy(z)));
        return cusum.Sum;
    }

    /// <summary>An hour that is so many deviations worse than usual.</summary>
    private static LiveHour WorseBy(double deviations) =>
        new(_begin, true, ((0.05 + 0.0025) * Math.Exp(0.1 * deviations)) - 0.0025, 0.05);

    private static double[] Same(double value) => [.. Enumerable.Repeat(value, Station.Places.Count)];
}
