using FLTS.Host.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace FLTS.Tests.Host;

/// <summary><c>flts_part_ready</c>: what tells an operator that a part is away, or that the disk is full.</summary>
[TestFixture, Parallelizable]
internal sealed class PartStatesTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public async Task A_part_that_goes_away_and_comes_back_is_told_when_what_was_seen_is_old()
    {
        var (well, ill) = (new Part("database"), new Part("object_store"));
        var states = await ReadyAsync(well, ill);
        Assert.That(await ToldAsync(states), Is.EqualTo(new[] { ("database", 1.0), ("object_store", 1.0) }));

        ill.Fault = new IOException("gone");
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.That(await ToldAsync(states), Is.EqualTo(new[] { ("database", 1.0), ("object_store", 0.0) }));

        ill.Fault = null;
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.That(await ToldAsync(states), Is.EqualTo(new[] { ("database", 1.0), ("object_store", 1.0) }));
    }

    [Test]
    public async Task However_often_it_is_scraped_a_part_is_looked_at_once_in_a_while()
    {
        var part = new Part("database");
        var states = await ReadyAsync(part);

        for (var scrape = 0; scrape < 6; scrape++)
        {
            await ToldAsync(states);
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.That(part.Looks, Is.EqualTo(2), "in half a minute");
    }

    [Test]
    public async Task Until_every_part_was_proven_those_that_are_missing_are_told()
    {
        var part = new Part("database") { Fault = new IOException("not yet") };
        using var gate = new StartupGate([part], TimeProvider.System, NullLogger<StartupGate>.Instance);

        Assert.That(await ToldAsync(new PartStates([part], gate, _time)), Is.EqualTo(new[] { ("database", 0.0) }));
    }

    [Test]
    public async Task A_look_that_gives_up_by_itself_is_a_part_that_is_away_and_no_failure()
    {
        var part = new Part("object_store");
        var states = await ReadyAsync(part);
        part.Fault = new TaskCanceledException("a client of its own had no patience");

        Assert.That(await ToldAsync(states), Is.EqualTo(new[] { ("object_store", 0.0) }));
        Assert.That((await states.CheckAsync(default))["object_store"].State, Is.EqualTo("unavailable"));
    }

    private async Task<PartStates> ReadyAsync(params Part[] parts)
    {
        using var gate = new StartupGate(parts, TimeProvider.System, NullLogger<StartupGate>.Instance);
        await gate.StartAsync(default);
        await gate.OpenedAsync(default).WaitAsync(TimeSpan.FromSeconds(30));
        return new PartStates(parts, gate, _time);
    }

    private static async Task<IEnumerable<(string Part, double Value)>> ToldAsync(PartStates states) =>
        (await states.GaugeAsync(default)).Series.Select(s => (s.Labels.Single().Value, s.Value));

    private sealed class Part(string name) : IPart
    {
        public string Name => name;

        public Exception? Fault { get; set; }

        public int Looks { get; private set; }

        public Task ProveAsync(CancellationToken cancellation) => Fault is { } fault ? Task.FromException(fault) : Task.CompletedTask;

        public Task CheckAsync(CancellationToken cancellation)
        {
            Looks++;
            return Fault is { } fault ? Task.FromException(fault) : Task.CompletedTask;
        }
    }
}
