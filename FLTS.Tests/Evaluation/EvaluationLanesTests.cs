using FLTS.Modules.Evaluation;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

/// <summary>Who is evaluated when: as many as there are lanes, small before large, and never all lanes for large ones.</summary>
[TestFixture]
[Parallelizable]
internal sealed class EvaluationLanesTests
{
    private const double Small = 1e6, Large = 1e10;

    [Test]
    public async Task A_small_one_is_let_in_beside_large_ones()
    {
        var lanes = new EvaluationLanes(2);
        using var large = await lanes.EnterAsync("wide", Large, default);
        var waiting = lanes.EnterAsync("wider", 2 * Large, default);

        using var small = await lanes.EnterAsync("station", Small, default);

        Assert.That((waiting.IsCompleted, lanes.IsWaiting("wider"), lanes.IsWaiting("station")), Is.EqualTo((false, true, false)));
        large.Dispose();
        (await waiting).Dispose();
    }

    [Test]
    public async Task Who_waits_goes_in_by_work()
    {
        var lanes = new EvaluationLanes(1);
        var first = await lanes.EnterAsync("first", Large, default);
        var order = new List<string>();
        var waiting = new (string Name, double Work)[] { ("b", 3 * Large), ("c", Small), ("a", 2 * Large), ("d", Small) }
            .Select(w => EnterAsync(w.Name, w.Work))
            .ToList();

        first.Dispose();
        await Task.WhenAll(waiting);

        Assert.That(order, Is.EqualTo(new[] { "c", "d", "a", "b" }));

        async Task EnterAsync(string name, double work)
        {
            using var lane = await lanes.EnterAsync(name, work, default);
            order.Add(name); // One lane: nobody is beside it.
        }
    }

    [Test]
    public async Task Who_gives_up_waiting_keeps_nobody_out()
    {
        var lanes = new EvaluationLanes(1);
        var first = await lanes.EnterAsync("first", Small, default);
        using var patience = new CancellationTokenSource();
        var waiting = lanes.EnterAsync("gone", Small, patience.Token);
        await patience.CancelAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(lanes.IsWaiting("gone"), Is.False);

        first.Dispose();
        first.Dispose(); // Twice is once.
        using var next = await lanes.EnterAsync("next", Large, default);
        Assert.That(lanes.EnterAsync("after", Small, default).IsCompleted, Is.False);
    }

    [Test]
    public async Task As_many_are_inside_as_there_are_lanes()
    {
        var lanes = new EvaluationLanes(3);
        var (inside, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            using var lane = await lanes.EnterAsync($"{i}", i % 2 == 0 ? Small : Large, default);
            var now = Interlocked.Increment(ref inside);
            lock (lanes)
                most = Math.Max(most, now);
            await Task.Delay(5);
            Interlocked.Decrement(ref inside);
        })));

        Assert.That(most, Is.InRange(2, 3));
    }
}
