using FLTS.Forecasting.Bands;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Bands;

[TestFixture, Parallelizable]
internal sealed class BandFrameTests
{
    private static readonly DateTime _start = new(2000, 1, 1);

    [TestCase(720, "1 2-5 6-15 16-30 31-90 91-360 361-720")]
    [TestCase(96, "1 2 3-4 5-12 13-48 49-96")]
    [TestCase(24, "1 2-3 4-12 13-24")]
    [TestCase(7, "1 2-7")]
    [TestCase(5, "1 2-5")]
    [TestCase(52, "1 2-26 27-52")]
    [TestCase(12, "1 2-6 7-12")]
    [TestCase(4, "1 2 3-4")]
    [TestCase(1, "1")]
    public void Bands_end_at_whole_parts_of_the_season(int season, string bands) =>
        Assert.That(string.Join(' ', LeadBand.Of(season)), Is.EqualTo(bands));

    [Test]
    public void The_leads_that_stand_for_a_band_are_spread_over_all_of_it()
    {
        Assert.That(new LeadBand(6, 15).Leads(), Is.EqualTo(Enumerable.Range(6, 10)));
        Assert.That(new LeadBand(31, 90).Leads(), Is.EqualTo(Enumerable.Range(1, 15).Select(i => 30 + (4 * i))));
    }

    // 20 % of the rows are test; of an hour, 5 seasons are 120 rows, of a day 35, of a month 60.
    [TestCase("hourly", 1000, "1 2-3 4-12 13-24", "")]
    [TestCase("hourly", 550, "1 ~2-3 ~4-12 ~13-24", "", Description = "110 rows of test are four and a half days")]
    [TestCase("daily", 400, "1 2-7", "")]
    [TestCase("daily", 150, "1 ~2-7", "")]
    [TestCase("daily", 30, "1", "2-7")]
    [TestCase("monthly", 400, "1 2-6 7-12", "")]
    [TestCase("monthly", 200, "1 ~2-6 ~7-12", "")]
    [TestCase("monthly", 40, "1 ~2-6", "7-12")]
    public void A_series_is_judged_by_bands_of_its_own_frequency(string frequency, int rows, string judged, string not)
    {
        var data = frequency switch
        {
            "hourly" => Seasons.Hourly(rows),
            "daily" => Seasons.Prepare(rows, 7, i => _start.AddDays(i)),
            _ => Seasons.Prepare(rows, 12, i => _start.AddMonths(i)),
        };

        var frame = Frame(data);

        Assert.That(string.Join(' ', frame.Bands.Select(b => (b.IsIndicative ? "~" : "") + b.Band)), Is.EqualTo(judged));
        Assert.That(string.Join(' ', frame.NotJudged.Keys), Is.EqualTo(not));
    }

    [Test]
    public void Fifty_rows_judge_the_first_leads_and_name_the_others()
    {
        var frame = Frame(Seasons.TwoMinutes(250)); // 50 test rows

        Assert.That(
            string.Join(' ', frame.Bands.Select(b => (b.IsIndicative ? "~" : "") + b.Band)), Is.EqualTo("1 2-5 ~6-15 ~16-30"));
        Assert.That(frame.NotJudged["31-90"], Is.EqualTo("50 scored rows are fewer than its 90 steps"));
    }

    [Test]
    public void Origins_depend_on_the_test_part_alone_and_not_on_a_salt()
    {
        var (one, salted) = (Seasons.Hourly(8000), Seasons.Hourly(8000, """{"hash_salt": "again"}"""));
        Assert.That(salted.Meta.ConfigHash, Is.Not.EqualTo(one.Meta.ConfigHash));

        Assert.That(Places(salted), Is.EqualTo(Places(one)));
        Assert.That(Places(Seasons.Hourly(8001)), Is.Not.EqualTo(Places(one)));

        int[] Places(PreparedDataset data) => Frame(data).Bands[^1].Places;
    }

    [Test]
    public void Origins_are_bounded_and_lie_in_every_place_of_the_season()
    {
        var frame = Frame(Seasons.Hourly(20_000)); // 4,000 test rows

        var (near, far) = (frame.Bands[0].Origins, frame.Bands[^1].Origins);
        Assert.That((near.Length, far.Length), Is.EqualTo((2000, 1000)));
        Assert.That(far, Is.Unique.And.Ordered.And.SubsetOf(near));
        Assert.That(far.GroupBy(o => o % 24).Min(g => g.Count()), Is.GreaterThan(20));
    }

    [Test]
    public void A_longer_input_re_rolls_none_of_the_origins_that_stay()
    {
        var data = Seasons.Hourly(2000);
        var all = EvaluationFrame.Of(data, 1);
        var fewer = all.Where(t => t > data.Test.Timestamps[40]);

        var drawn = BandFrame.Of(fewer, Plan(data, fewer) with { NearOrigins = 100 }).Bands[0].Origins;
        var before = BandFrame.Of(all, Plan(data, all) with { NearOrigins = 100 }).Bands[0].Origins;

        Assert.That(drawn, Is.SupersetOf(before.Where(o => data.Test.Timestamps[40] < all.Series.Timestamps[o + 1])));
    }

    [Test]
    public void Models_that_recurse_slowly_are_asked_from_fewer_origins_but_never_under_a_hundred()
    {
        Assert.That(Far(1e6), Is.EqualTo(1000));
        Assert.That(Far(2e8), Is.EqualTo(500));
        Assert.That(Far(1e12), Is.EqualTo(100));

        static int Far(double operationsOfLast) => BandPlan.Of(720, 4000, steps => operationsOfLast * steps / 720).FarOrigins;
    }

    [Test]
    public void Leads_that_nobody_can_ask_for_are_not_judged()
    {
        var plan = BandPlan.Of(86_400, 1_000_000);

        Assert.That(string.Join(' ', plan.Bands), Is.EqualTo("1 2-600 601-1800 1801-3600"));
        Assert.That(plan.NotJudged["43201-86400"], Is.EqualTo("no forecast is longer than 10000 steps"));
    }

    [Test]
    public void Fourteen_seasons_of_train_are_at_hand_and_the_scored_rows_are_those_of_before()
    {
        var data = Seasons.Hourly(2500);
        var frame = EvaluationFrame.Of(data, 10);

        Assert.That(frame.FirstTestRow, Is.EqualTo(338), "14.03 x 24 and one more");
        Assert.That(
            frame.Origins.Select(o => frame.Series.Timestamps[o + 1]), Is.EqualTo(data.Test.Timestamps), "every row of test, as ever");
        Assert.That(frame.TruthAt(1, frame.Origins[3], 2), Is.EqualTo(data.TestTruth[1][4]));
    }

    private static BandFrame Frame(PreparedDataset data)
    {
        var frame = EvaluationFrame.Of(data, 1);
        return BandFrame.Of(frame, Plan(data, frame));
    }

    private static BandPlan Plan(PreparedDataset data, EvaluationFrame frame) =>
        BandPlan.Of(Season.Steps(data.Meta.Step), frame.ScoredRows);
}
