using FLTS.Modules.Monitoring.Decisions;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring.Decisions;

/// <summary>Feeds that bring many rows at once.</summary>
[TestFixture, Parallelizable]
internal sealed class LargeDeliveriesTests
{
    [Test]
    public async Task A_feed_that_brings_hundreds_of_rows_at_once_is_told_as_stale_once_its_next_delivery_is_overdue()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "act", "act");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.DeliveredAsync(8, 240);
        await registry.ScoredAsync(champion, before, 2, _ => (0.05, 0.05, 0.05));
        var due = MeasurementLog.Instant(DecisionsRig.Begin.AddMinutes((2 * ((9 * 240) - 1)) + 4));
        var looks = registry.Get<LiveDecisions>();

        Assert.That(await looks.LookForSilenceAsync(DecisionsRig.Station, due, default), Is.EqualTo(due));
        Assert.That(await looks.LookForSilenceAsync(DecisionsRig.Station, due.AddMinutes(1), default), Is.Null);

        Assert.That((await registry.EventsAsync()).Single().Kind, Is.EqualTo(DriftKind.Stale));
    }

    [Test]
    public async Task Deliveries_are_found_however_many_rows_each_brings(
        [Values] Database database, [Values(1, 59, 100, 3000)] int rows)
    {
        var deliveries = rows switch { 1 => 80, 59 => 7, 100 => 30, _ => 8 };
        await using var registry = await RegistryUnderTest.ReadyAsync(database);
        await registry.DeliveredAsync(deliveries, rows);

        var found = await new WatchedStations(registry.Get<IDbContextFactory<RegistryDbContext>>()).DeliveriesAsync(
            new("station"), default);

        var last = Enumerable.Range(1, deliveries).Select(d => DecisionsRig.Begin.AddMinutes(2 * ((d * rows) - 1)));
        Assert.That(found, Is.EqualTo(last.Select(t => (t, t))));
    }
}
