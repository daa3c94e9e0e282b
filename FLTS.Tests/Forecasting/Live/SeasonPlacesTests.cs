using FLTS.Forecasting.Live;
using FLTS.Forecasting.Series;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Live;

[TestFixture]
[Parallelizable]
internal sealed class SeasonPlacesTests
{
    private static readonly DateTime _monday = new(2026, 3, 2);

    [TestCase(2, 24, 1)]
    [TestCase(60, 24, 1)]
    [TestCase(180, 8, 3)]
    [TestCase(1440, 7, 24)]
    public void A_season_has_as_many_places_as_buckets(int minutes, int places, int days)
    {
        var season = new SeasonPlaces(TimeSpan.FromMinutes(minutes));

        Assert.That((season.Count, season.Span), Is.EqualTo((places, TimeSpan.FromDays(days))));
        Assert.That(
            Enumerable.Range(0, 2 * places).Select(i => season.Of(_monday + (i * season.Span / Math.Max(24, places)))).Distinct().Count(),
            Is.EqualTo(places));
    }

    [Test]
    public void A_month_has_its_place_in_the_year()
    {
        var season = new SeasonPlaces(SeriesStep.OfMonths(1, atEnd: false));

        Assert.That((season.Count, season.Of(new DateTime(2026, 3, 1)), season.Of(new DateTime(2027, 3, 1))), Is.EqualTo((12, 2, 2)));
    }

    [Test]
    public void Places_are_by_the_clock_on_the_wall_before_and_after_it_is_changed()
    {
        var (clock, tokyo) = (ZoneClock.Of("Europe/Madrid"), ZoneClock.Of("Asia/Tokyo"));
        var hours = new SeasonPlaces((SeriesStep)TimeSpan.FromMinutes(2) with { Clock = clock });
        var days = new SeasonPlaces(SeriesStep.BusinessDay with { Clock = tokyo });

        Assert.That(
            new[] { new DateTime(2026, 3, 28, 8, 0, 0), new DateTime(2026, 3, 29, 7, 0, 0) }.Select(hours.Of), Is.All.EqualTo(9),
            "nine in the morning");
        Assert.That(
            Enumerable.Range(1, 5).Select(day => days.Of(new DateTime(2026, 3, day, 15, 0, 0))), Is.EqualTo(new[] { 0, 1, 2, 3, 4 }),
            "Monday to Friday, each of which begins on the day before in UTC");
    }

    [Test]
    public void Where_there_is_no_season_there_is_one_place()
    {
        var season = new SeasonPlaces(TimeSpan.FromMinutes(7));

        Assert.That((season.Count, season.Of(_monday.AddHours(5))), Is.EqualTo((1, 0)));
    }
}
