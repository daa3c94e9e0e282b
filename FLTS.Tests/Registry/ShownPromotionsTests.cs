using FLTS.Modules.Registry.Attempts;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

/// <summary>Who is told of a promotion waits until it is served; who asks for forecasts does not.</summary>
[TestFixture]
internal sealed class ShownPromotionsTests
{
    private static readonly DateTimeOffset _noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Nobody_is_told_of_a_promotion_before_it_is_served_and_nothing_is_ahead_then()
    {
        var served = new TaskCompletionSource<bool>();
        var shown = new ShownPromotions { Serve = _ => served.Task };

        var telling = shown.ShowAsync((new("a"), _noon), default);
        Assert.That((telling.IsCompleted, shown.Ahead), Is.EqualTo((false, 0L)));

        served.SetResult(true);
        await telling;
        Assert.That(shown.Ahead, Is.Zero);
    }

    [Test]
    public async Task What_could_not_be_served_in_time_is_told_of_all_the_same_and_is_ahead()
    {
        var shown = new ShownPromotions { Serve = _ => Task.FromResult(false) };

        await shown.ShowAsync((new("a"), _noon), default);

        Assert.That(shown.Ahead, Is.EqualTo(1));
    }

    [Test]
    public async Task What_was_told_before_waits_for_nothing_and_what_is_newer_does()
    {
        var asked = 0;
        var shown = new ShownPromotions
        {
            Serve = _ =>
            {
                asked++;
                return Task.FromResult(true);
            },
        };

        await shown.ShowAsync((new("a"), _noon), default);
        await shown.ShowAsync([(new("a"), _noon), (new("a"), _noon.AddHours(-1))], default);
        Assert.That(asked, Is.EqualTo(1));

        await shown.ShowAsync([(new("a"), _noon), (new("b"), _noon), (new("c"), _noon)], default);
        Assert.That(asked, Is.EqualTo(2), "once for all of an answer");

        await shown.ShowAsync((new("a"), _noon.AddHours(1)), default);
        Assert.That(asked, Is.EqualTo(3));
    }
}
