using System.Text.Json.Nodes;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Series;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Leads;

[Parallelizable]
public class SeasonProfileTests
{
    private static readonly SeriesStep _quarterHours = TimeSpan.FromMinutes(15); // A season of 96, 2 rows to either side.

    [TestCase(1)]
    [TestCase(50)]
    [TestCase(94)]
    [TestCase(95)]
    [TestCase(96)]
    [TestCase(98)]
    [TestCase(99)]
    [TestCase(250)]
    public void It_is_the_mean_of_the_cells_near_the_targets_place_in_fourteen_seasons(int lead)
    {
        var series = LookAhead.Wave(_quarterHours, 1800, 96, gapAt: 1000, gap: 300);
        var profile = new SeasonProfile(series, series.Targets);
        foreach (var origin in new[] { 1799, 1700, 1100, 1000, 999, 192 })
        {
            for (var m = 0; m < 2; m++)
                Assert.That(At(profile, origin, lead)[m], Is.EqualTo(ByHand(series, m, origin, lead)).Within(1e-12), $"from {origin}, {m}");
        }
    }

    [Test]
    public void Whatever_is_asked_before_no_row_after_the_origin_changes_it()
    {
        // Asked for nearer origins first: what is kept of one must not answer for another that may see less.
        var series = LookAhead.Wave(_quarterHours, 700, 96, gapAt: 420, gap: 40);
        const int Origin = 400;
        int[] leads = [1, 40, 93, 94, 95, 96, 97, 98, 99, 130, 200];

        Assert.That(LookAhead.FirstSeen(series, Origin, changed =>
        {
            var profile = new SeasonProfile(changed, changed.Targets);
            for (var later = 1; later < 100; later++)
            {
                foreach (var lead in leads.Where(lead => lead > later))
                    At(profile, Origin + later, lead - later);
            }

            return [.. leads.SelectMany(lead => At(profile, Origin, lead))];
        }), Is.Null);
    }

    [Test]
    public void A_profile_that_has_seen_the_targets_day_is_caught()
    {
        var series = LookAhead.Wave(_quarterHours, 700, 96);
        const int Origin = 400, Lead = 96;

        Assert.That(
            LookAhead.FirstSeen(series, Origin, changed => At(new SeasonProfile(changed, changed.Targets), Origin + Lead - 1, 1)),
            Is.EqualTo(Origin + 1));
    }

    [Test]
    public void A_series_of_under_two_seasons_has_what_is_carried_from_the_fit_and_nothing_without()
    {
        var fitted = LookAhead.Wave(_quarterHours, 1000, 96);
        var carried = new SeasonProfile(fitted, fitted.Targets).Carry(999);
        var read = CarriedSeason.FromJson(JsonNode.Parse(carried!.ToJson().ToJsonString())!.AsObject(), 2, "model.json");
        var series = LookAhead.Wave(_quarterHours, 191, 96, seed: 7);
        var short2 = new SeasonProfile(series, series.Targets, read);
        var none = new SeasonProfile(series, series.Targets);

        Assert.Multiple(() =>
        {
            Assert.That(none.Has(190), Is.False);
            Assert.That(none.TryFill(190, 1, new double[2]), Is.False);
            Assert.That(none.Carry(190), Is.Null);
            Assert.That(short2.Has(0), Is.True);

            // The fit ends after 1000 rows, 40 rows into its day; the series begins a day.
            foreach (var (row, lead) in new[] { (0, 39), (10, 50), (150, 96), (190, 1) })
                Assert.That(
                    At(short2, row, lead),
                    Is.EqualTo(At(new SeasonProfile(fitted, fitted.Targets), 999, (((row + lead - 1000) % 96) + 96) % 96 + 1)),
                    $"{lead} steps from {row}");
        });
        var broken = carried.ToJson();
        broken["values"]!.AsArray().RemoveAt(0);
        Assert.That(() => CarriedSeason.FromJson(broken, 2, "model.json"), Throws.TypeOf<CorruptArtifactException>());
    }

    private static IEnumerable<TestCaseData> Steps() =>
    [
        new((SeriesStep)TimeSpan.FromHours(1), 24),
        new((SeriesStep)TimeSpan.FromDays(1), 7),
        new((SeriesStep)TimeSpan.FromDays(7), 52),
        new(SeriesStep.BusinessDay, 5),
        new(SeriesStep.OfMonths(1, atEnd: true), 12),
        new(SeriesStep.OfMonths(3, atEnd: false), 4),
    ];

    [TestCaseSource(nameof(Steps))]
    public void Every_frequency_has_the_season_of_its_own(SeriesStep step, int season)
    {
        // Noise aside, a place's mean is the wave there; what is carried says so too, one season on.
        var series = LookAhead.Wave(step, 12 * season, season);
        var profile = new SeasonProfile(series, series.Targets);
        var carried = new SeasonProfile(LookAhead.Wave(step, season, season), series.Targets, profile.Carry(series.Rows - 1));

        for (var lead = 1; lead <= season; lead++)
        {
            var wave = Math.Sin(2 * Math.PI * (season - 1 + lead) / season) + 0.1;
            Assert.That(At(profile, (12 * season) - 1, lead)[0], Is.EqualTo(wave).Within(0.15), $"lead {lead}");
            Assert.That(At(carried, season - 1, lead)[0], Is.EqualTo(wave).Within(0.15), $"carried, lead {lead}");
        }
    }

    [Test]
    public void The_hour_of_a_day_is_the_one_on_the_wall()
    {
        // Rows of an hour in UTC over the night of 2024-03-31, when clocks in Madrid went forward.
        SeriesStep step = TimeSpan.FromHours(1);
        step = step with { Clock = ZoneClock.Of("Europe/Madrid") };
        var start = new DateTime(2024, 3, 21);
        DateTime[] times = [.. Enumerable.Range(0, 12 * 24).Select(t => start.AddHours(t))];
        var series = new PreparedSeries
        {
            Timestamps = times,
            Segments = new int[times.Length],
            Step = step,
            Columns = ["a"],
            Targets = ["a"],
            Values = [[.. times.Select(t => (double)step.Local(t).Hour)]],
            Observed = [[.. times.Select(_ => true)]],
        };
        var profile = new SeasonProfile(series, series.Targets);
        var carried = new SeasonProfile(series, series.Targets, profile.Carry(series.Rows - 1));
        for (var lead = 1; lead <= 48; lead++)
        {
            var hour = step.Local(times[^1].AddHours(lead)).Hour;
            Assert.That(At(profile, times.Length - 1, lead)[0], Is.EqualTo(hour).Within(hour == 2 ? 0.5 : 1e-9), $"lead {lead}");
            Assert.That(At(carried, 2, lead)[0], Is.EqualTo(step.Local(times[2].AddHours(lead)).Hour).Within(0.5), $"carried, lead {lead}");
        }
    }

    private static double[] At(SeasonProfile profile, int origin, int lead)
    {
        var values = new double[profile.Targets];
        Assert.That(profile.TryFill(origin, lead, values), Is.True);
        return values;
    }

    /// <summary>The definition, row by row.</summary>
    private static double ByHand(PreparedSeries series, int column, int origin, int lead)
    {
        var target = series.Timestamps[origin].AddMinutes(15 * lead);
        var (sum, weights, weight) = (0.0, 0.0, 1.0);
        for (var (season, used) = (1, 0); used < 14; season++)
        {
            var (from, to) = (target.AddMinutes(15 * ((-96 * season) - 2)), target.AddMinutes(15 * ((-96 * season) + 2)));
            if (from > series.Timestamps[origin])
                continue;
            for (var t = 0; t <= origin; t++)
            {
                if (series.Observed[column][t] && series.Timestamps[t] >= from && series.Timestamps[t] <= to)
                    (sum, weights) = (sum + (weight * series.Values[column][t]), weights + weight);
            }

            (used, weight) = (used + 1, weight * 0.7);
        }

        return sum / weights;
    }
}
