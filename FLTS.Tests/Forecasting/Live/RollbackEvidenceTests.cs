using FLTS.Forecasting.Live;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Live;

[TestFixture]
[Parallelizable]
internal sealed class RollbackEvidenceTests
{
    private static readonly DateTime _begin = new(2026, 3, 2);

    [Test]
    public void Evidence_is_the_mean_of_bets_on_the_sum_of_differences()
    {
        var evidence = new RollbackEvidence(0.01);

        evidence.Add(0.0304, 0.02); // (0.0304 - 0.0204) / 0.02 = 0.5
        evidence.Add(0.0244, 0.02); // 0.2

        var (sum, squares) = (0.7, 0.25 + 0.09);
        var expected = new[] { .05, .1, .2, .4, .8 }.Average(b => Math.Exp((b * sum) - ((-Math.Log(1 - b) - b) * squares)));
        Assert.That(evidence.Value, Is.EqualTo(expected).Within(1e-9));
    }

    [Test]
    public void A_difference_counts_for_half_at_most()
    {
        var (huge, half) = (new RollbackEvidence(0.01), new RollbackEvidence(0.01));
        huge.Add(100, 0.02);
        half.Add(0.0304, 0.02);

        Assert.That(huge.Value, Is.EqualTo(half.Value).Within(1e-9));
    }

    [Test]
    public void A_champion_two_percent_worse_is_called_so_by_fewer_than_one_in_two_hundred_windows_whenever_one_looks()
    {
        var found = Enumerable.Range(0, 2000).Count(seed => BlocksUntilEnough(new Chance(seed), 1.02, 576) is not null);

        Assert.That(found, Is.LessThanOrEqualTo(10));
    }

    [TestCase(1.1, 400)]
    [TestCase(1.2, 150)]
    [TestCase(1.5, 60)]
    public void A_champion_that_is_worse_is_found(double timesWorse, int withinBlocks)
    {
        var after = Enumerable.Range(0, 41).Select(seed => BlocksUntilEnough(new Chance(seed), timesWorse, 2000) ?? 2000).Order().ToArray();

        Assert.That(after[20], Is.LessThanOrEqualTo(withinBlocks), string.Join(", ", after));
    }

    [Test]
    public void The_spread_is_what_ninety_nine_of_a_hundred_differences_stay_below_and_no_less_than_a_twentieth_of_the_loss()
    {
        var blocks = Enumerable.Range(0, 101).Select(i => (0.02 + (i * 1e-4), 0.02)).ToArray();

        Assert.That(RollbackEvidence.SpreadOf(blocks), Is.EqualTo(0.0099).Within(1e-9));
        Assert.That(RollbackEvidence.SpreadOf([(0.02, 0.02), (0.02, 0.02)]), Is.EqualTo(0.001).Within(1e-12));
        Assert.That(RollbackEvidence.SpreadOf([]), Is.Null);
    }

    [Test]
    public void One_station_among_many_needs_more_evidence_and_several_together_less()
    {
        double[] calm = [.. Enumerable.Repeat(1.0, 9)];

        Assert.That(RollbackEvidence.IsEnough(199, [199]), Is.False);
        Assert.That(RollbackEvidence.IsEnough(200, [200]), Is.True);
        Assert.That(RollbackEvidence.IsEnough(1999, [1999, .. calm]), Is.False);
        Assert.That(RollbackEvidence.IsEnough(2000, [2000, .. calm]), Is.True);
        Assert.That(RollbackEvidence.IsEnough(1000, [1000, 1000, .. calm[1..]]), Is.True, "200 x 10 / 2");
        Assert.That(RollbackEvidence.IsEnough(900, [4000, 900, .. calm[1..]]), Is.False);
    }

    [Test]
    public void A_window_begins_every_two_days_and_four_are_kept()
    {
        var windows = new EvidenceWindows(Station.Places);

        Assert.That(windows.StartsAt(_begin, _begin.AddDays(3)), Is.EqualTo([_begin, _begin.AddDays(2)]));
        Assert.That(
            windows.StartsAt(_begin, _begin.AddDays(11)),
            Is.EqualTo([_begin.AddDays(4), _begin.AddDays(6), _begin.AddDays(8), _begin.AddDays(10)]));
    }

    [Test]
    public void A_window_says_nothing_before_it_is_a_day_old()
    {
        var blocks = Enumerable.Range(0, 500).Select(i => (_begin.AddMinutes(20 * i), 0.04, 0.02)).ToArray();
        var windows = new EvidenceWindows(Station.Places);

        Assert.That(windows.Best(0.01, _begin, blocks[..72]).Evidence, Is.EqualTo(1), "its last block begins 23 h 40 min in");
        Assert.That(windows.Best(0.01, _begin, blocks[..73]).Evidence, Is.GreaterThan(RollbackEvidence.Enough));
    }

    [Test]
    public void A_model_that_was_good_for_weeks_is_found_worse_by_a_window_of_now()
    {
        var chance = new Chance(3);
        var blocks = Enumerable.Range(0, 72 * 30)
            .Select(i => (_begin.AddMinutes(20 * i), 0.02 * (i < 72 * 27 ? 0.8 : 1.4) * (0.9 + (0.2 * chance.Uniform())), 0.02))
            .ToArray();

        Assert.That(new EvidenceWindows(Station.Places).Best(0.01, _begin, blocks).Evidence, Is.GreaterThan(RollbackEvidence.Enough));
    }

    [Test]
    public void An_hour_three_times_as_bad_as_the_version_before_is_a_gross_fault_if_it_has_cells_enough()
    {
        LiveHour[] hours =
        [
            new(_begin, true, 0.06, 0.02, 30), new(_begin.AddHours(1), true, 0.07, 0.02, 3),
            new(_begin.AddHours(2), false, 0.07, 0.02, 30), new(_begin.AddHours(3), true, 0.03, 0.001, 30),
            new(_begin.AddHours(4), true, 0.063, 0.02, 30),
        ];

        Assert.That(GrossFault.First(hours, 0.01)?.At, Is.EqualTo(_begin.AddHours(4)), "0.03 is three times what is usual, and no more");
    }

    [Test]
    public void A_forecast_that_is_no_number_is_a_gross_fault_at_once() => Assert.That(
        GrossFault.First([new(_begin, true, 0.01, 0.02, 1), new(_begin.AddHours(1), true, double.PositiveInfinity, 0.02, 1)], 0.01)?.At,
        Is.EqualTo(_begin.AddHours(1)));

    /// <summary>Losses of both models share what a day is like, and each has its own noise.</summary>
    private static int? BlocksUntilEnough(Chance chance, double timesWorse, int most)
    {
        var evidence = new RollbackEvidence(0.012);
        var day = 0.0;
        for (var block = 1; block <= most; block++)
        {
            day = (0.95 * day) + (0.1 * chance.Normal());
            var usual = 0.02 * Math.Exp(day);
            evidence.Add(timesWorse * usual * (1 + (0.2 * chance.Normal())), usual * (1 + (0.2 * chance.Normal())));
            if (evidence.Value >= RollbackEvidence.Enough)
                return block;
        }

        return null;
    }
}
