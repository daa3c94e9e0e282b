using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Monitoring.Backtests;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

[TestFixture, Parallelizable]
internal sealed class SpanTimeTests
{
    private static readonly PreprocessConfig _zoned = Tables.Config("""{"timezone": "Europe/Madrid"}""");

    [TestCase("2024-07-01T12:00:00", "10:00", TestName = "Without_an_offset_it_is_local_time")]
    [TestCase("2024-07-01T12:00:00+02:00", "10:00", TestName = "An_offset_says_which_instant")]
    [TestCase("2024-07-01T12:00:00Z", "12:00", TestName = "Z_is_UTC")]
    [TestCase("2024-07-01", "22:00", TestName = "A_day_begins_at_local_midnight")]
    public void Times_of_a_zone_are_instants(string text, string expected) =>
        Assert.That($"{SpanTime.Parse("from", text, _zoned):HH:mm}", Is.EqualTo(expected));

    [Test]
    public void Where_the_data_has_no_zone_times_are_as_they_are_and_offsets_are_refused()
    {
        var plain = Tables.Config();
        Assert.That(SpanTime.Parse("from", "2024-07-01 12:00", plain), Is.EqualTo(new DateTime(2024, 7, 1, 12, 0, 0)));
        Assert.That(SpanTime.Parse("from", null, plain), Is.Null);
        Assert.That(
            () => SpanTime.Parse("to", "2024-07-01T12:00:00+02:00", plain),
            Throws.InstanceOf<InvalidInputException>().With.Message.Contains("leave the offset out"));
    }

    /// <summary>What an order keeps as text must be the same time when it is carried out.</summary>
    [Test]
    public void A_time_as_it_is_shown_is_read_as_itself()
    {
        var step = ((SeriesStep)TimeSpan.FromMinutes(2)) with
        {
            Clock = ZoneClock.Of("Europe/Madrid"),
        };
        var instant = new DateTime(2024, 10, 27, 0, 30, 0); // The clock shows it twice.
        Assert.That(SpanTime.Parse("from", step.Show(instant), _zoned), Is.EqualTo(instant));
        Assert.That(SpanTime.Parse("from", step.Show(instant.AddHours(1)), _zoned), Is.EqualTo(instant.AddHours(1)));
    }
}
