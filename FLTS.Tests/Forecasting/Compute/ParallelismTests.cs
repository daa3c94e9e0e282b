using FLTS.Forecasting.Compute;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Compute;

[TestFixture]
internal sealed class ParallelismTests
{
    [Test]
    public void Every_item_is_done_once_on_no_more_threads_than_are_given([Values(0, 1, 2, 3)] int threads)
    {
        var (done, inside, most) = (new int[200], 0, 0);

        new Parallelism(threads).For(done.Length, i =>
        {
            var now = Interlocked.Increment(ref inside);
            for (var seen = most; now > seen; seen = most)
                Interlocked.CompareExchange(ref most, now, seen);
            Interlocked.Increment(ref done[i]);
            Thread.Sleep(i % 10 == 0 ? 1 : 0);
            Interlocked.Decrement(ref inside);
        });

        Assert.That(done, Is.All.EqualTo(1));
        Assert.That(most, Is.InRange(1, Math.Max(1, threads)));
    }

    [Test]
    public void What_an_item_throws_comes_as_it_is([Values(1, 3)] int threads) =>
        Assert.That(
            () => new Parallelism(threads).For(50, i => throw new InvalidInputException("no")),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("no"));

    [Test]
    public void No_item_begins_after_the_cancellation([Values(1, 2)] int threads)
    {
        using var stop = new CancellationTokenSource();
        var begun = 0;

        Assert.That(
            () => new Parallelism(threads, stop.Token).For(1000, _ =>
            {
                Interlocked.Increment(ref begun);
                stop.Cancel();
            }),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(begun, Is.LessThanOrEqualTo(threads));
    }

    [Test]
    public void Items_of_a_thread_share_its_room([Values(1, 3)] int threads)
    {
        var wrong = 0;

        new Parallelism(threads).For(100, () => new int[1], (_, room) =>
        {
            if (Interlocked.Increment(ref room[0]) != 1)
                wrong++;
            Thread.Sleep(0);
            Interlocked.Decrement(ref room[0]);
        });

        Assert.That(wrong, Is.Zero);
    }
}
