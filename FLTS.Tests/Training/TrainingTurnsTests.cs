using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Training;
using NUnit.Framework;

namespace FLTS.Tests.Training;

[TestFixture, Parallelizable]
internal sealed class TrainingTurnsTests
{
    [Test]
    public async Task Many_are_inside_side_by_side_and_one_who_is_alone_has_nobody_beside_it()
    {
        using var turns = new TrainingTurns();
        var (inside, most, withSomebody) = (0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(async () =>
        {
            var isAlone = i % 7 == 0;
            using var turn = await turns.EnterAsync(isAlone, default);
            var now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            await Task.Delay(10);
            if (isAlone && (now != 1 || Volatile.Read(ref inside) != 1))
                Interlocked.Increment(ref withSomebody);
            Interlocked.Decrement(ref inside);
        })));

        Assert.That(withSomebody, Is.Zero);
        Assert.That(most, Is.GreaterThan(1), "the others did not wait for each other");
    }

    [Test]
    public async Task Who_gives_up_waiting_keeps_nobody_out()
    {
        using var turns = new TrainingTurns();
        var first = await turns.EnterAsync(isAlone: false, default);
        using var patience = new CancellationTokenSource();
        var waiting = turns.EnterAsync(isAlone: true, patience.Token);
        await patience.CancelAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());

        (await turns.EnterAsync(isAlone: false, default)).Dispose();
        first.Dispose();
        first.Dispose(); // Twice is once.
        (await turns.EnterAsync(isAlone: true, default)).Dispose();
        (await turns.EnterAsync(isAlone: false, default)).Dispose();
    }

    [TestCase(1, false)]
    [TestCase(2, true)]
    public async Task The_last_try_of_a_run_over_which_workers_died_waits_until_it_is_alone_and_holds_no_lease_until_then(
        int deaths, bool waits)
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(await registry.PrepareDemoAsync(), "NAIVE");
        await registry.LeaveDeadAsync("runs", deaths);
        var other = await registry.Get<TrainingTurns>().EnterAsync(isAlone: false, default);

        var training = registry.RunStepAsync(StepNames.Train, queued.RunId.Value);
        if (waits)
        {
            await Task.Delay(500);
            Assert.That((await registry.RunAsync(queued.RunId)).LeaseOwner, Is.EqualTo("dead"), "it was begun beside another");
            other.Dispose();
        }

        await training;

        Assert.That((await registry.RunAsync(queued.RunId)).Status, Is.EqualTo(RunStatus.Succeeded));
        other.Dispose();
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
            // Somebody else raised it.
        }
    }
}
