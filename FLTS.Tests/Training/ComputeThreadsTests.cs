using FLTS.Modules.Training;
using NUnit.Framework;

namespace FLTS.Tests.Training;

[TestFixture]
internal sealed class ComputeThreadsTests
{
    [Test]
    public void Trainings_side_by_side_share_the_cores_and_each_has_one_thread_at_least()
    {
        var threads = new ComputeThreads(cores: 4);

        var first = threads.Take(3);
        var second = threads.Take(3);
        var third = threads.Take(3);
        Assert.That((first.Count, second.Count, third.Count), Is.EqualTo((3, 1, 1)));

        first.Dispose();
        first.Dispose();
        Assert.That(threads.Take(3).Count, Is.EqualTo(2), "what was given back once, and no more");
    }

    [Test]
    [Platform("Linux")]
    public async Task A_training_computes_on_a_thread_that_stands_back_and_the_others_stay_as_they_are()
    {
        var before = Nice();

        var (during, thread) = await ComputeThreads.RunAsync(() => (Nice(), Environment.CurrentManagedThreadId), nice: 7);

        Assert.That(during, Is.EqualTo(Math.Max(7, before)));
        Assert.That(thread, Is.Not.EqualTo(Environment.CurrentManagedThreadId));
        Assert.That(await ComputeThreads.RunAsync(Nice, nice: 0), Is.EqualTo(before), "nothing is asked for");
    }

    /// <summary>Nice value of the calling thread: field 19 of its stat file (proc(5)), counted behind the name in brackets.</summary>
    private static int Nice()
    {
        var stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);
    }
}
