using FLTS.Forecasting.Compute;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Compute;

[TestFixture]
internal sealed class WorkersTests
{
    [Test]
    public void Pieces_are_done_once_by_no_more_threads_than_are_given_none_of_them_of_the_pool([Values(0, 1, 2, 3)] int threads)
    {
        var (inside, most, ofPool) = (0, 0, 0);
        var ran = new List<int>();
        using (var workers = new Workers(new Parallelism(threads)))
        {
            var caller = Environment.CurrentManagedThreadId;
            var pieces = Enumerable.Range(0, 100).Select(i => workers.Begin(() =>
            {
                var now = Interlocked.Increment(ref inside);
                for (var seen = most; now > seen; seen = most)
                    Interlocked.CompareExchange(ref most, now, seen);
                if (Environment.CurrentManagedThreadId != caller && Thread.CurrentThread.IsThreadPoolThread)
                    Interlocked.Increment(ref ofPool);
                Thread.Sleep(i % 10 == 0 ? 1 : 0);
                Interlocked.Decrement(ref inside);
                return i;
            })).ToList();
            ran.AddRange(pieces.Select(workers.Result));
        }

        Assert.That(ran, Is.EqualTo(Enumerable.Range(0, 100)));
        Assert.That(most, Is.InRange(1, Math.Max(1, threads)));
        Assert.That(ofPool, Is.Zero, "those of the pool serve");
    }

    [Test]
    public void What_a_piece_throws_comes_with_its_result_and_the_others_go_on([Values(1, 3)] int threads)
    {
        using var workers = new Workers(new Parallelism(threads));
        var bad = workers.Begin<int>(() => throw new InvalidInputException("no"));
        var good = workers.Begin(() => 1);

        Assert.That(() => workers.Result(bad), Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("no"));
        Assert.That(workers.Result(good), Is.EqualTo(1));
    }

    [Test]
    public void Nobody_works_any_more_when_they_are_let_go([Values(1, 3)] int threads)
    {
        var inside = 0;
        using (var workers = new Workers(new Parallelism(threads)))
        {
            for (var i = 0; i < 20; i++)
            {
                _ = workers.Begin(() =>
                {
                    Interlocked.Increment(ref inside);
                    Thread.Sleep(1);
                    return Interlocked.Decrement(ref inside);
                });
            }
        }

        Assert.That(inside, Is.Zero);
    }
}
