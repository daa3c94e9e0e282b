using FLTS.Forecasting.Live;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Live;

[TestFixture]
[Parallelizable]
internal sealed class FeedDelayTests
{
    private static readonly DateTime _begin = new(2026, 3, 2);
    private static readonly TimeSpan _step = TimeSpan.FromMinutes(2);

    [Test]
    public void A_feed_is_stale_once_its_rows_come_three_steps_later_than_usual()
    {
        Assert.That(Late([0, 0, 0, 0, 0, 0, 1, 2]), Is.Null);
        Assert.That(Late([0, 0, 0, 0, 0, 0, 1, 2, 3]), Is.EqualTo(3 * _step));
    }

    [Test]
    public void Rows_that_always_come_late_are_not_late() => Assert.That(Late([30, 30, 31, 30, 30, 31, 30]), Is.Null);

    [Test]
    public void Rows_of_years_ago_fed_as_fast_as_can_be_are_not_late() =>
        Assert.That(Late([.. Enumerable.Range(0, 50).Select(i => 2_000_000 - i)]), Is.Null);

    [Test]
    public void A_gap_that_is_filled_afterwards_is_not_the_feed()
    {
        var deliveries = Enumerable.Range(0, 20).Select(i => (_begin + (i * _step), _begin + (i * _step)))
            .Append((_begin, _begin.AddHours(5)));

        Assert.That(FeedDelay.Of(deliveries, _step), Is.Null);
    }

    [Test]
    public void Of_too_few_deliveries_nothing_is_known() => Assert.That(Late([0, 0, 9]), Is.Null);

    [Test]
    public void A_feed_that_brings_a_row_every_step_is_silent_two_steps_after_the_next_was_due() =>
        Assert.That(LatestNext([.. Enumerable.Range(0, 50)]), Is.EqualTo(_begin + (52 * _step)));

    [Test]
    public void Pauses_that_recur_are_waited_for_and_a_single_outage_is_not()
    {
        // Ten rows at once, then a pause of 90 steps, as of who delivers by the day; or one such pause among many rows.
        int[] daily = [.. Enumerable.Range(0, 100).Select(i => (100 * (i / 10)) + (i % 10))];
        int[] outage = [.. Enumerable.Range(0, 100).Select(i => i < 50 ? i : i + 90)];

        Assert.That(LatestNext(daily), Is.EqualTo(_begin + ((909 + 91 + 2) * _step)));
        Assert.That(LatestNext(outage), Is.EqualTo(_begin + ((189 + 1 + 2) * _step)));
    }

    [Test]
    public void Of_too_few_deliveries_nobody_knows_when_the_next_is_due() => Assert.That(LatestNext([0, 1, 2, 3, 4]), Is.Null);

    private static DateTime? LatestNext(int[] arrivals) =>
        FeedDelay.LatestNext(arrivals.Select((a, i) => (_begin + (i * _step), _begin + (a * _step))), _step);

    private static TimeSpan? Late(int[] steps) =>
        FeedDelay.Of(steps.Select((s, i) => (_begin + (i * _step), _begin + ((i + s) * _step))), _step);
}
