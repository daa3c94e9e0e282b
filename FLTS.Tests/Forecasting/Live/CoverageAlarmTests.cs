using FLTS.Forecasting.Live;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Live;

[TestFixture]
[Parallelizable]
internal sealed class CoverageAlarmTests
{
    private static readonly DateTime _begin = new(2026, 3, 2);

    [TestCase(64, 71)]
    [TestCase(65, null)]
    [TestCase(92, null)]
    [TestCase(93, 71)]
    public void Intervals_of_80_may_hold_65_to_92_of_a_hundred_over_three_days(int hits, int? found)
    {
        var hours = Hours(200, _ => hits);

        Assert.That(CoverageAlarm.First(hours)?.At, Is.EqualTo(found is { } hour ? _begin.AddHours(hour) : (DateTime?)null));
    }

    [Test]
    public void Hours_that_have_left_the_three_days_count_no_more()
    {
        var found = CoverageAlarm.First(Hours(200, i => i < 100 ? 80 : 50));

        Assert.That(found?.At, Is.EqualTo(_begin.AddHours(136)), "after 37 bad hours: (35 x 80 + 37 x 50) / 72 = 64.6");
        Assert.That(found?.Share, Is.EqualTo(0.6458).Within(1e-4));
    }

    [Test]
    public void Hours_without_truth_or_without_intervals_say_nothing()
    {
        var hours = Hours(300, i => i % 3 == 0 ? 80 : 0).Select((h, i) =>
            i % 3 == 1 ? h with { IsScored = false } : i % 3 == 2 ? h with { Hits = null } : h);

        Assert.That(CoverageAlarm.First(hours), Is.Null);
    }

    private static IEnumerable<LiveHour> Hours(int count, Func<int, long> hits) =>
        Enumerable.Range(0, count).Select(i => new LiveHour(_begin.AddHours(i), true, 0.01, 0.01, 100, hits(i)));
}
