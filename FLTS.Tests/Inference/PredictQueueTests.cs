using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Settings;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

[TestFixture]
internal sealed class PredictQueueTests
{
    private static readonly InferenceOptions _options = new() { Workers = 2, QueueLength = 3 };

    [Test]
    public async Task As_many_as_there_are_workers_compute_a_bounded_number_waits_and_one_more_is_asked_to_come_back()
    {
        using var queue = new PredictQueue(_options, new ComputeThreads(1));
        var computing = new[] { await Occupied.StartAsync(queue), await Occupied.StartAsync(queue) };
        var waiting = Enumerable.Range(0, 3).Select(i => queue.RunAsync(() => i, default)).ToList();

        var isRun = false;
        var refused = Assert.ThrowsAsync<TooManyException>(() => queue.RunAsync(() => isRun = true, default))!;

        Assert.That(refused.RetryAfterSeconds, Is.EqualTo(1));
        Assert.That(refused.Message, Is.EqualTo("3 forecasts are waiting, which is the most allowed (Inference:QueueLength)."));
        Assert.That(waiting.Select(w => w.IsCompleted), Has.All.False);
        await Occupied.EndAsync(computing);
        Assert.That(await Task.WhenAll(waiting), Is.EqualTo([0, 1, 2]));
        Assert.That(isRun, Is.False);
        await AssertIsWholeAsync(queue);
    }

    [Test]
    public async Task One_that_was_refused_takes_nobodys_place()
    {
        using var queue = new PredictQueue(_options, new ComputeThreads(1));
        var computing = new[] { await Occupied.StartAsync(queue), await Occupied.StartAsync(queue) };
        var waiting = new[] { queue.RunAsync(() => 0, default), queue.RunAsync(() => 1, default), queue.RunAsync(() => 2, default) };
        for (var i = 0; i < 5; i++)
            Assert.ThrowsAsync<TooManyException>(() => queue.RunAsync(() => 3, default));

        await computing[0].EndAsync();
        await Task.WhenAll(waiting);
        computing[0] = await Occupied.StartAsync(queue);
        var later = queue.RunAsync(() => 4, default);

        Assert.That(later.IsFaulted, Is.False);
        await Occupied.EndAsync(computing);
        Assert.That(await later, Is.EqualTo(4));
    }

    [Test]
    public async Task A_queue_of_no_length_lets_nobody_wait()
    {
        using var queue = new PredictQueue(new InferenceOptions { Workers = 1, QueueLength = 0 }, new ComputeThreads(1));
        var computing = await Occupied.StartAsync(queue);

        Assert.ThrowsAsync<TooManyException>(() => queue.RunAsync(() => 1, default));
        await computing.EndAsync();

        Assert.That(await queue.RunAsync(() => 2, default), Is.EqualTo(2));
    }

    [Test]
    public async Task Without_a_setting_there_is_a_worker_a_processor()
    {
        using var queue = new PredictQueue(new InferenceOptions { QueueLength = 0 }, new ComputeThreads(1));
        var computing = new List<Occupied>();
        for (var i = 0; i < Environment.ProcessorCount; i++)
            computing.Add(await Occupied.StartAsync(queue));

        Assert.ThrowsAsync<TooManyException>(() => queue.RunAsync(() => 1, default));
        await Occupied.EndAsync(computing);
    }

    [Test]
    public async Task A_computation_that_fails_gives_its_worker_back_also_one_that_waited()
    {
        using var queue = new PredictQueue(_options, new ComputeThreads(1));
        for (var i = 0; i < 3; i++)
            Assert.ThrowsAsync<InvalidInputException>(() => queue.RunAsync<int>(() => throw new InvalidInputException("bad"), default));

        var computing = new[] { await Occupied.StartAsync(queue), await Occupied.StartAsync(queue) };
        var waiting = new List<Task<int>>();
        for (var i = 0; i < 3; i++)
            waiting.Add(queue.RunAsync<int>(() => throw new InvalidInputException("bad"), default));
        await Occupied.EndAsync(computing);

        foreach (var failed in waiting)
            Assert.That(async () => await failed, Throws.TypeOf<InvalidInputException>());
        await AssertIsWholeAsync(queue);
    }

    [Test]
    public async Task Who_stops_waiting_computes_nothing_leaves_no_hole_and_holds_up_nobody_behind()
    {
        using var queue = new PredictQueue(_options with { Workers = 1 }, new ComputeThreads(1));
        using var gone = new CancellationTokenSource();
        var (computing, ran) = (await Occupied.StartAsync(queue), new List<int>());
        int Note(int i)
        {
            ran.Add(i);
            return i;
        }

        var waiting = new[] { default, gone.Token, default }.Select((token, i) => queue.RunAsync(() => Note(i), token)).ToList();
        await gone.CancelAsync();
        Assert.That(async () => await waiting[1], Throws.InstanceOf<OperationCanceledException>());
        var later = queue.RunAsync(() => Note(3), default);
        Assert.ThrowsAsync<TooManyException>(() => queue.RunAsync(() => Note(4), default), "one place was free, not two");

        await computing.EndAsync();
        await Task.WhenAll(waiting[0], waiting[2], later);
        Assert.That(ran, Is.EqualTo([0, 2, 3]), "in the order in which they came");
        await AssertIsWholeAsync(queue, workers: 1);
    }

    [Test]
    public async Task Who_is_gone_already_takes_neither_worker_nor_place()
    {
        using var queue = new PredictQueue(_options, new ComputeThreads(1));
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var isRun = false;

        for (var i = 0; i < 5; i++)
            Assert.That(() => queue.RunAsync(() => isRun = true, gone.Token), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(isRun, Is.False);
        await AssertIsWholeAsync(queue);
    }

    [Test]
    public async Task It_counts_those_that_wait_and_neither_those_refused_nor_those_that_went_away()
    {
        using var queue = new PredictQueue(_options with { Workers = 1, QueueLength = 2 }, new ComputeThreads(1));
        using var gone = new CancellationTokenSource();
        var computing = await Occupied.StartAsync(queue);
        Assert.That(queue.Waiting, Is.Zero, "it computes");

        var waiting = new[] { queue.RunAsync(() => 0, gone.Token), queue.RunAsync(() => 1, default) };
        Assert.ThrowsAsync<TooManyException>(() => queue.RunAsync(() => 2, default));
        Assert.That(queue.Waiting, Is.EqualTo(2));

        await gone.CancelAsync();
        Assert.That(async () => await waiting[0], Throws.InstanceOf<OperationCanceledException>());
        Assert.That(queue.Waiting, Is.EqualTo(1));

        await computing.EndAsync();
        await waiting[1];
        Assert.That(queue.Waiting, Is.Zero);
    }

    [Test]
    public async Task A_waiter_that_goes_away_in_the_moment_of_its_turn_loses_no_worker()
    {
        using var queue = new PredictQueue(_options with { Workers = 1, QueueLength = 1 }, new ComputeThreads(1));
        var outcomes = new HashSet<bool>();
        for (var round = 0; round < 200; round++)
        {
            var computing = await Occupied.StartAsync(queue);
            using var gone = new CancellationTokenSource();
            var waiting = queue.RunAsync(() => 1, gone.Token);
            using var both = new Barrier(2);
            var end = Task.Run(() => Together(both, () => computing.End()));
            Together(both, gone.Cancel);
            await end;

            try
            {
                outcomes.Add(await waiting == 1);
            }
            catch (OperationCanceledException)
            {
                outcomes.Add(false);
            }

            await computing.EndAsync();
            var next = queue.RunAsync(() => 2, default);
            Assert.That(next.IsCompletedSuccessfully, Is.True, $"round {round}: the worker is free");
        }

        await AssertIsWholeAsync(queue, workers: 1, places: 1);
        TestContext.Out.WriteLine($"Seen: {string.Join(", ", outcomes.Select(o => o ? "answered" : "cancelled"))}");
    }

    [Test]
    public async Task What_takes_long_is_computed_on_no_thread_of_those_that_serve_and_counts_among_the_workers()
    {
        using var queue = new PredictQueue(_options with { Workers = 1, QueueLength = 0 }, new ComputeThreads(1));
        using var end = new ManualResetEventSlim();
        var computing = queue.RunLongAsync(
            () =>
            {
                end.Wait();
                return Thread.CurrentThread.IsThreadPoolThread;
            },
            default);

        Assert.That(() => queue.RunAsync(() => 1, default), Throws.TypeOf<TooManyException>());
        end.Set();
        Assert.That(await computing, Is.False);
        Assert.That(await queue.RunAsync(() => 1, default), Is.EqualTo(1));
    }

    [Test]
    public async Task In_a_rush_no_more_compute_than_there_are_workers_and_everything_is_given_back()
    {
        using var queue = new PredictQueue(_options, new ComputeThreads(1));
        var (inside, tooMany, answered, refused, cancelled, failed) = (0, 0, 0, 0, 0, 0);
        async Task Ask(int i)
        {
            using var gone = new CancellationTokenSource();
            var asked = Task.Run(() => queue.RunAsync(() =>
            {
                if (Interlocked.Increment(ref inside) > 2)
                    Interlocked.Increment(ref tooMany);
                Thread.Yield();
                Interlocked.Decrement(ref inside);
                return i % 5 == 0 ? throw new InvalidInputException("bad") : i;
            }, gone.Token));
            if (i % 3 == 0)
                await gone.CancelAsync();
            try
            {
                Interlocked.Add(ref answered, await asked == i ? 1 : 0);
            }
            catch (TooManyException)
            {
                Interlocked.Increment(ref refused);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref cancelled);
            }
            catch (InvalidInputException)
            {
                Interlocked.Increment(ref failed);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 3000).Select(Ask));

        TestContext.Out.WriteLine($"{answered} answered, {refused} refused, {cancelled} cancelled, {failed} failed");
        Assert.That(answered + refused + cancelled + failed, Is.EqualTo(3000));
        Assert.That((inside, tooMany, answered > 0), Is.EqualTo((0, 0, true)));
        await AssertIsWholeAsync(queue);
    }

    /// <summary>Every worker is free, every place, and not one more.</summary>
    private static async Task AssertIsWholeAsync(PredictQueue queue, int workers = 2, int places = 3)
    {
        var computing = new List<Occupied>();
        for (var i = 0; i < workers; i++)
            computing.Add(await Occupied.StartAsync(queue));
        var waiting = Enumerable.Range(0, places).Select(i => queue.RunAsync(() => i, default)).ToList();

        Assert.That(waiting.Select(w => w.IsCompleted), Has.All.False, "the workers are busy and the places free");
        Assert.ThrowsAsync<TooManyException>(() => queue.RunAsync(() => -1, default));
        await Occupied.EndAsync(computing);
        Assert.That(await Task.WhenAll(waiting), Is.EqualTo(Enumerable.Range(0, places)));
    }

    private static void Together(Barrier both, Action act)
    {
        both.SignalAndWait();
        act();
    }
}
