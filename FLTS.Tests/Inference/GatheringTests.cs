using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Settings;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>Who waits a moment so that more can be computed at once, and who does not.</summary>
[TestFixture]
[Parallelizable]
internal sealed class GatheringTests
{
    [Test]
    public async Task Who_finds_nobody_computing_does_not_wait_and_who_finds_a_worker_free_beside_another_only_for_a_moment()
    {
        using EchoModel quick = new(), held = new(), slower = new(secondsAStep: 100e-6);
        var time = new FakeTimeProvider();
        var queue = new PredictQueue(new InferenceOptions { Workers = 2, QueueLength = 0 }, new ComputeThreads(1), time);
        Assert.That(quick.AskAsync(queue, 1).IsCompletedSuccessfully, Is.True);
        var computing = await held.OccupyAsync(queue);

        var waiting = slower.AskAsync(queue, 2);

        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That((waiting.IsCompleted, queue.Waiting), Is.EqualTo((false, 1)));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(await waiting, Is.EqualTo(EchoModel.Answer(2, 1)));
        await held.EndAsync(computing);
    }

    [Test]
    public async Task What_is_brief_waits_for_no_others_where_a_worker_is_free_and_what_is_not_does()
    {
        var queue = new PredictQueue(new InferenceOptions { Workers = 2 }, new ComputeThreads(1), new FakeTimeProvider());
        using EchoModel brief = new(secondsAStep: 20e-6), slower = new(secondsAStep: 30e-6), held = new();
        var computing = await held.OccupyAsync(queue);

        Assert.That(brief.AskAsync(queue, 1, steps: 2).IsCompletedSuccessfully, Is.True, "40 us");
        var waiting = slower.AskAsync(queue, 2, steps: 2);
        Assert.That((waiting.IsCompleted, queue.Waiting), Is.EqualTo((false, 1)), "60 us");
        await held.EndAsync(computing);
    }
}
