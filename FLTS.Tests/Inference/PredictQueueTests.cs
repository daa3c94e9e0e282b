using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Settings;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

[TestFixture]
internal sealed class PredictQueueTests
{
    private static readonly InferenceOptions _options = new() { Workers = 2, QueueLength = 3 };

    private EchoModel _model = null!;
    private EchoModel _held = null!;

    [SetUp]
    public void Start() => (_model, _held) = (new EchoModel(), new EchoModel());

    [TearDown]
    public void Stop()
    {
        _model.Dispose();
        _held.Dispose();
    }

    [Test]
    public async Task As_many_as_there_are_workers_compute_a_bounded_number_waits_and_one_more_is_asked_to_come_back()
    {
        var queue = Queue(_options);
        Task[] computing = [await _held.OccupyAsync(queue), await _held.OccupyAsync(queue)];
        var waiting = Ask(queue, 1, 2, 3);

        var refused = Assert.ThrowsAsync<TooManyException>(() => _model.AskAsync(queue, 4))!;

        Assert.That(refused.RetryAfterSeconds, Is.EqualTo(1));
        Assert.That(refused.Message, Is.EqualTo("3 forecasts are waiting, which is the most allowed (Inference:QueueLength)."));
        Assert.That((waiting.Count(w => w.IsCompleted), queue.Waiting), Is.EqualTo((0, 3)));
        await _held.EndAsync(computing);
        await AssertAnsweredAsync(waiting, 1, 2, 3);
        Assert.That(_model.Batches.SelectMany(b => b), Is.EqualTo([1, 2, 3]), "the fourth was not computed");
        await AssertIsWholeAsync(queue);
    }

    [Test]
    public async Task Requests_that_gather_while_the_workers_compute_are_one_batch_where_they_ask_the_same_weights_for_as_many_steps()
    {
        var queue = Queue(new InferenceOptions { Workers = 1 });
        var sizes = new List<int>();
        queue.Computed += sizes.Add;
        using var other = new EchoModel();
        var computing = await _held.OccupyAsync(queue);
        var waiting = Ask(queue, 1, 2);
        var apart = other.AskAsync(queue, 5);
        var longer = _model.AskAsync(queue, 6, steps: 3);
        waiting.AddRange(Ask(queue, 3, 4));

        await _held.EndAsync(computing);

        await AssertAnsweredAsync(waiting, 1, 2, 3, 4);
        Assert.That((await apart, await longer), Is.EqualTo((EchoModel.Answer(5, 1), EchoModel.Answer(6, 3))));
        Assert.That(_model.Batches, Is.EqualTo(new int[][] { [1, 2, 3, 4], [6] }));
        Assert.That(sizes, Is.EqualTo([1, 4, 1, 1]));
        await AssertIsWholeAsync(queue, workers: 1, places: 512);
    }

    [Test]
    public async Task What_one_call_asks_for_is_one_batch_also_where_nobody_else_asks()
    {
        var queue = Queue(new InferenceOptions { Workers = 1 });

        var asked = Enumerable.Range(1, 9).Select(i => _model.AskAsync(queue, i, bringsMore: true)).ToList();

        await AssertAnsweredAsync(asked, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Assert.That(_model.Batches, Has.Count.LessThan(9), "the first may have begun");
    }

    [Test]
    public async Task What_is_wrong_with_a_request_is_no_answer_to_those_that_are_computed_with_it()
    {
        var queue = Queue(_options with { Workers = 1 });
        var computing = await _held.OccupyAsync(queue);
        var waiting = Ask(queue, 1, EchoModel.Unfit, 2);
        await _held.EndAsync(computing);

        Assert.That(async () => await waiting[1], Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("row 13 is unfit"));
        await AssertAnsweredAsync([waiting[0], waiting[2]], 1, 2);
        for (var i = 0; i < 3; i++)
            Assert.ThrowsAsync<InvalidInputException>(() => _model.AskAsync(queue, EchoModel.Unfit));
        await AssertIsWholeAsync(queue, workers: 1);
    }

    [Test]
    public async Task Who_stops_waiting_computes_nothing_leaves_no_hole_and_holds_up_nobody_behind()
    {
        var queue = Queue(_options with { Workers = 1 });
        using var gone = new CancellationTokenSource();
        var computing = await _held.OccupyAsync(queue);
        Task<double[,,]>[] waiting =
            [_model.AskAsync(queue, 1), _model.AskAsync(queue, 2, cancellation: gone.Token), _model.AskAsync(queue, 3)];

        await gone.CancelAsync();

        Assert.That(async () => await waiting[1], Throws.InstanceOf<OperationCanceledException>());
        Assert.That(queue.Waiting, Is.EqualTo(2));
        var later = _model.AskAsync(queue, 4);
        Assert.ThrowsAsync<TooManyException>(() => _model.AskAsync(queue, 5), "one place was free, not two");
        await _held.EndAsync(computing);
        await AssertAnsweredAsync([waiting[0], waiting[2], later], 1, 3, 4);
        Assert.That(_model.Batches.SelectMany(b => b), Is.EqualTo([1, 3, 4]), "in the order in which they came");
        await AssertIsWholeAsync(queue, workers: 1);
    }

    [Test]
    public async Task Who_is_gone_already_takes_neither_worker_nor_place()
    {
        var queue = Queue(_options);
        for (var i = 0; i < 5; i++)
        {
            Assert.That(
                () => _model.AskAsync(queue, 1, cancellation: new CancellationToken(true)),
                Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That(_model.Batches, Is.Empty);
        await AssertIsWholeAsync(queue);
    }

    [Test]
    public async Task Whose_forecast_is_not_there_in_time_is_told_so_and_gives_its_place_back()
    {
        var time = new FakeTimeProvider();
        var queue = Queue(_options with { Workers = 1, RequestTimeoutSeconds = 7 }, time);
        var computing = await _held.OccupyAsync(queue);
        var waiting = _model.AskAsync(queue, 1);

        time.Advance(TimeSpan.FromSeconds(7));

        Assert.That(
            async () => await waiting,
            Throws.TypeOf<OverdueException>().With.Message.StartsWith("The forecast was not there within 7 s (Inference:RequestTimeout"));
        Assert.That((queue.Waiting, _model.Batches.Count), Is.EqualTo((0, 0)));
        await _held.EndAsync(computing);
        await AssertIsWholeAsync(queue, workers: 1);
    }

    [Test]
    public async Task Who_is_refused_is_told_when_those_that_wait_will_have_been_computed()
    {
        var time = new FakeTimeProvider();
        using var slow = new EchoModel(() => time.Advance(TimeSpan.FromSeconds(2)));
        var queue = Queue(_options with { Workers = 1 }, time);
        for (var i = 0; i < 200; i++)
            await slow.AskAsync(queue, 1);

        var computing = await _held.OccupyAsync(queue);
        var waiting = Ask(queue, 1, 2, 3);

        Assert.That(
            () => _model.AskAsync(queue, 4), Throws.TypeOf<TooManyException>().With.Property("RetryAfterSeconds").EqualTo(6));
        await _held.EndAsync(computing);
        await Task.WhenAll(waiting);
    }

    [Test]
    public async Task In_a_full_queue_the_client_with_the_most_places_gives_its_newest_to_one_with_fewer()
    {
        var queue = Queue(_options with { Workers = 1, QueueLength = 4 });
        var computing = await _held.OccupyAsync(queue);
        var greedy = Enumerable.Range(1, 4).Select(i => _model.AskAsync(queue, i, client: "greedy")).ToList();

        var modest = new[] { _model.AskAsync(queue, 5, client: "modest"), _model.AskAsync(queue, 6, client: "modest") };

        Assert.That(async () => await greedy[3], Throws.TypeOf<TooManyException>());
        Assert.That(async () => await greedy[2], Throws.TypeOf<TooManyException>());
        foreach (var client in new[] { "greedy", "modest" })
            Assert.ThrowsAsync<TooManyException>(() => _model.AskAsync(queue, 7, client: client), "they have the same");
        await _held.EndAsync(computing);
        await AssertAnsweredAsync([.. greedy[..2], .. modest], 1, 2, 5, 6);
        await AssertIsWholeAsync(queue, workers: 1, places: 4);
    }

    [Test]
    public async Task A_waiter_that_goes_away_in_the_moment_of_its_turn_loses_no_worker()
    {
        var queue = Queue(_options with { Workers = 1, QueueLength = 1 });
        for (var round = 0; round < 200; round++)
        {
            var computing = await _held.OccupyAsync(queue);
            using var gone = new CancellationTokenSource();
            var waiting = _model.AskAsync(queue, 1, cancellation: gone.Token);
            using var both = new Barrier(2);
            var end = Task.Run(() =>
            {
                both.SignalAndWait();
                return _held.EndAsync(computing);
            });
            both.SignalAndWait();
            gone.Cancel();
            await end;
            await Task.WhenAny(waiting);
        }

        Assert.That(_model.Served.Loaded.Forecaster, Is.SameAs(_model));
        await AssertIsWholeAsync(queue, workers: 1, places: 1);
    }

    [Test]
    public async Task What_takes_long_is_computed_on_no_thread_of_those_that_serve_and_holds_up_nothing_quick()
    {
        var isPooled = true;
        using var slow = new EchoModel(() => isPooled = Thread.CurrentThread.IsThreadPoolThread, secondsAStep: 1);
        var queue = Queue(_options with { Workers = 1, QueueLength = 1 });
        var computing = await slow.OccupyAsync(queue);
        var second = slow.AskAsync(queue, 2);

        Assert.That(await _model.AskAsync(queue, 1), Is.EqualTo(EchoModel.Answer(1, 1)), "a quick one has workers of its own");
        Assert.ThrowsAsync<TooManyException>(() => slow.AskAsync(queue, 3), "the queue is one");
        await slow.EndAsync(computing);
        await second;
        Assert.That((isPooled, slow.MostInside), Is.EqualTo((false, 1)));
    }

    [Test]
    public async Task In_a_rush_no_more_compute_than_there_are_workers_and_everything_is_given_back()
    {
        var queue = Queue(_options);
        var (answered, refused, cancelled, failed) = (0, 0, 0, 0);
        async Task Ask(int i)
        {
            using var gone = new CancellationTokenSource();
            var origin = i % 5 == 0 ? EchoModel.Unfit : i % 100;
            var asked = Task.Run(() => _model.AskAsync(queue, origin, client: $"{i % 7}", cancellation: gone.Token));
            if (i % 3 == 0)
                await gone.CancelAsync();
            try
            {
                Interlocked.Add(ref answered, (await asked)[0, 0, 0] == origin ? 1 : 0);
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
        Assert.That((_model.MostInside <= 2, answered > 0), Is.EqualTo((true, true)));
        await AssertIsWholeAsync(queue);
    }

    private static PredictQueue Queue(InferenceOptions options, TimeProvider? time = null) =>
        new(options, new ComputeThreads(1), time ?? TimeProvider.System);

    private List<Task<double[,,]>> Ask(PredictQueue queue, params int[] origins) =>
        [.. origins.Select(origin => _model.AskAsync(queue, origin))];

    private static async Task AssertAnsweredAsync(IEnumerable<Task<double[,,]>> asked, params int[] origins) =>
        Assert.That(await Task.WhenAll(asked), Is.EqualTo(origins.Select(origin => EchoModel.Answer(origin, 1))));

    /// <summary>Every worker is free, every place, and not one more.</summary>
    private async Task AssertIsWholeAsync(PredictQueue queue, int workers = 2, int places = 3)
    {
        var computing = new List<Task>();
        for (var i = 0; i < workers; i++)
            computing.Add(await _held.OccupyAsync(queue));
        var waiting = Ask(queue, [.. Enumerable.Range(0, places).Select(_ => 1)]);

        Assert.That(waiting.Select(w => w.IsCompleted), Has.All.False, "the workers are busy and the places free");
        Assert.ThrowsAsync<TooManyException>(() => _model.AskAsync(queue, 1));
        await _held.EndAsync([.. computing]);
        await Task.WhenAll(waiting);
    }
}
