using FLTS.Modules.Datasets;
using FLTS.Modules.Registry.Sources;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

[TestFixture, Parallelizable]
internal sealed class LatestRowTests
{
    private static readonly DateTime _noon = new(2026, 3, 2, 12, 0, 0);

    [TestCase(null, 24, "2026-03-03 12:00:01")]
    [TestCase("Asia/Tokyo", 24, "2026-03-03 21:00:01")]
    [TestCase("Asia/Tokyo", 0, "2026-03-02 21:00:01")]
    public void Rows_may_be_as_far_ahead_of_the_clock_of_their_zone_as_the_setting_says(string? timezone, int hours, string said)
    {
        var options = new DatasetOptions { MaxFuture = TimeSpan.FromHours(hours) };
        var latest = new LatestRow(options, new FakeTimeProvider(new DateTimeOffset(_noon, TimeSpan.Zero)));
        var last = _noon.AddHours(hours);

        latest.Refuse([_noon, last], timezone, firstRow: 2);

        Assert.That(
            () => latest.Refuse([_noon, last.AddSeconds(1)], timezone, firstRow: 2),
            Throws.TypeOf<InvalidInputException>().With.Message.StartsWith($"Row 3 is of {said}, "));
    }

    [Test]
    public void A_negative_span_is_refused_with_the_setting() => Assert.That(
        new DatasetOptions { MaxFuture = TimeSpan.FromDays(-1) }.CheckTogether,
        Throws.TypeOf<InvalidInputException>().With.Message.StartsWith("Datasets:MaxFuture is -1.00:00:00"));
}
