using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Protocols;
using FLTS.Modules.Inference.Settings;
using FLTS.Modules.Inference.Windows;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>Answers while models are swapped beneath them.</summary>
[TestFixture, Parallelizable]
internal sealed class PredictServiceTests
{
    private ServingRig _rig = null!;
    private ModelSlots _slots = null!;

    [OneTimeSetUp]
    public async Task StartRig() => _rig = await ServingRig.StartAsync();

    [OneTimeTearDown]
    public async Task StopRig() => await _rig.DisposeAsync();

    [SetUp]
    public void Start() => _slots = new ModelSlots();

    [TearDown]
    public void Stop() => _slots.Dispose();

    [Test]
    public async Task A_request_in_flight_ends_on_the_model_it_began_with_while_the_next_is_answered_by_the_new_one()
    {
        var (service, held) = (Service(new InferenceOptions { Workers = 2 }), new Held());
        var (old, young) = (new WatchedModel(1, computing: held.Compute), new WatchedModel(2));
        _slots.Swap(old.Served);
        var inFlight = await held.StartAsync(service);

        _slots.Swap(young.Served);
        Assert.That(WatchedModel.Said(await AskAsync(service)), Is.EqualTo(WatchedModel.Answer(2)));
        Assert.That((inFlight.IsCompleted, old.Forecaster.Disposals), Is.EqualTo((false, 0)));
        held.End();

        Assert.That(WatchedModel.Said(await inFlight), Is.EqualTo(WatchedModel.Answer(1)));
        Assert.That((old.Forecaster.Disposals, old.Forecaster.Faults, young.Forecaster.Disposals), Is.EqualTo((1, 0, 0)));
    }

    [Test]
    public async Task A_request_that_waits_for_a_worker_keeps_the_model_it_came_for()
    {
        var (service, held) = (Service(new InferenceOptions { Workers = 1 }), new Held());
        var (old, young) = (new WatchedModel(1, computing: held.Compute), new WatchedModel(2));
        _slots.Swap(old.Served);
        var inFlight = await held.StartAsync(service);

        var waiting = AskAsync(service);
        _slots.Swap(young.Served);
        var later = AskAsync(service);
        Assert.That((waiting.IsCompleted, later.IsCompleted), Is.EqualTo((false, false)));
        held.End();

        Assert.That(WatchedModel.Said(await inFlight), Is.EqualTo(WatchedModel.Answer(1)));
        Assert.That(WatchedModel.Said(await waiting), Is.EqualTo(WatchedModel.Answer(1)));
        Assert.That(WatchedModel.Said(await later), Is.EqualTo(WatchedModel.Answer(2)));
        Assert.That((old.Forecaster.Disposals, old.Forecaster.Faults), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task A_request_that_goes_away_in_the_queue_lets_its_model_go()
    {
        var (service, held) = (Service(new InferenceOptions { Workers = 1 }), new Held());
        var (busy, model) = (new WatchedModel(1, "harbour", computing: held.Compute), new WatchedModel(1));
        _slots.Swap(busy.Served);
        var inFlight = await held.StartAsync(service);
        _slots.Swap(model.Served);
        using var gone = new CancellationTokenSource();
        var waiting = AskAsync(service, """{"identifier": "station"}""", gone.Token);
        _slots.Swap(new WatchedModel(2).Served);
        Assert.That(model.Forecaster.Disposals, Is.Zero, "it is waited for");

        var before = Answered();
        await gone.CancelAsync();

        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(model.Forecaster.Disposals, Is.EqualTo(1));
        var after = Answered();
        Assert.That(
            (after["client_error"] - before["client_error"], after["timeout"] - before["timeout"]),
            Is.EqualTo((1L, 0L)),
            "who hung up pages nobody");
        held.End();
        await inFlight;
    }

    [Test]
    public async Task A_request_that_finds_the_queue_full_lets_its_model_go()
    {
        var (service, held) = (Service(new InferenceOptions { Workers = 1, QueueLength = 0 }), new Held());
        var (busy, model) = (new WatchedModel(1, "harbour", computing: held.Compute), new WatchedModel(1));
        _slots.Swap(busy.Served);
        var inFlight = await held.StartAsync(service);
        _slots.Swap(model.Served);

        Assert.That(() => AskAsync(service, """{"identifier": "station"}"""), Throws.TypeOf<TooManyException>());
        _slots.Swap(new WatchedModel(2).Served);

        Assert.That(model.Forecaster.Disposals, Is.EqualTo(1));
        held.End();
        await inFlight;
    }

    [TestCase("{}", typeof(InvalidOperationException), Description = "the model itself fails")]
    [TestCase("""{"data": {}}""", typeof(InvalidInputException))]
    [TestCase("""{"future": []}""", typeof(InvalidInputException))]
    public void A_request_that_fails_lets_its_model_and_its_worker_go(string body, Type fault)
    {
        var service = Service(new InferenceOptions { Workers = 1, QueueLength = 0 });
        var model = new WatchedModel(1, computing: () => throw new InvalidOperationException("it fails"));
        _slots.Swap(model.Served);

        for (var i = 0; i < 3; i++)
            Assert.That(() => AskAsync(service, body), Throws.TypeOf(fault));
        Assert.That(model.Forecaster.Disposals, Is.Zero);
        _slots.Swap(new WatchedModel(2).Served);

        Assert.That(model.Forecaster.Disposals, Is.EqualTo(1));
    }

    [Test]
    public async Task The_interval_of_a_flat_target_is_its_constant_and_nothing_is_said_of_it()
    {
        var flat = "time,down,up\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"{DatasetClient.At(i)},{i % 7},2.5\n"));
        _slots.Swap(await _rig.LoadAsync("flat", flat));

        var answer = await AskAsync(Service(new InferenceOptions()), """{"level": 80, "inference_length": 2}""");

        var document = ForecastDocument.Of(answer);
        Assert.That(document.Intervals!["80"]["up"], Is.EqualTo(new[] { new[] { 2.5, 2.5 }, [2.5, 2.5] }));
        Assert.That(document.Intervals["80"]["down"], Has.None.Null);
        Assert.That(document.Warnings, Is.Null);
    }

    [Test]
    public void An_answer_that_would_be_too_large_is_refused_before_anything_is_computed()
    {
        _slots.Swap(new WatchedModel(1, computing: () => throw new InvalidOperationException("it computes")).Served);
        var size = new AnswerSize(_slots, _rig.Get<WindowReader>(), new LimitsOptions { AnswerMb = 1 });
        var levels = string.Join(", ", Enumerable.Range(80, 10));
        var item = $$"""{"inference_length": 1440, "level": [{{levels}}]}""";

        Assert.That(
            () => AskAsync(Service(new InferenceOptions(), size), item),
            Throws.TypeOf<InvalidInputException>().With.Message.Matches(
                @"^The answer would have about 1\.\d MB \(1440 steps x 2 targets, each with 10 levels of intervals\); at most 1 are "));
        PredictRequest[] many = [.. Enumerable.Repeat(item, 20).Append("{}").Append("3").Select(Request)];
        Assert.That(
            () => size.RefuseTooLarge(many),
            Throws.TypeOf<InvalidInputException>().With.Message.Matches(@"^The answer would have about \d\d\.?\d? MB \(22 items, "));
    }

    [Test]
    public void A_forecast_that_takes_more_than_is_given_is_refused_before_anything_is_computed()
    {
        var model = new WatchedModel(1);
        _slots.Swap(model.Served);
        var size = new AnswerSize(_slots, _rig.Get<WindowReader>(), new LimitsOptions { MemoryMb = 1 });

        Assert.That(
            () => size.RefuseTooLarge(model.Served, steps: 50_000, levels: 0),
            Throws.TypeOf<InvalidInputException>().With.Message.Matches(
                @"^The forecast would need about \d MB \(50,000 steps x \d+ operations of NAIVE\); at most 1 are given "
                + @"\(Limits:MemoryMb\)\.$"));
        PredictRequest[] many = [.. Enumerable.Repeat("""{"inference_length": 1000}""", 50).Select(Request)];
        Assert.That(
            () => size.RefuseTooLarge(many),
            Throws.TypeOf<InvalidInputException>().With.Message.StartsWith("The forecast would need about ")
                .And.Message.Contains("(50 items, the sum of steps x operations of each)"));
    }

    [Test]
    public void While_versions_follow_each_other_every_answer_is_of_one_of_them_in_all_its_parts()
    {
        const int Versions = 1500;
        var (service, made, isOver) = (Service(new InferenceOptions { Workers = 2 }), new ConcurrentBag<WatchedModel>(), false);
        void Swap(int version)
        {
            var model = new WatchedModel(version);
            made.Add(model);
            _slots.Swap(model.Served);
        }

        Swap(0);
        Race.Run(
            rounds: 1,
            racers: 4,
            () => service,
            (_, racer) =>
            {
                for (var version = 1; racer == 0 && version <= Versions; version++)
                    Swap(version);
                if (racer == 0)
                    Volatile.Write(ref isOver, true);

                while (!Volatile.Read(ref isOver))
                {
                    var answer = AskAsync(service, """{"inference_length": 2}""").GetAwaiter().GetResult();
                    Assert.That(WatchedModel.Said(answer), Is.EqualTo(WatchedModel.Answer(answer.Version)));
                }
            },
            _ => { });

        _slots.Dispose();
        var ends = made.Select(m => (m.Forecaster.Disposals, m.Forecaster.Faults));
        Assert.That(ends, Has.Exactly(Versions + 1).Items.And.All.EqualTo((1, 0)));
    }

    private PredictService Service(InferenceOptions options, AnswerSize? size = null) =>
        ActivatorUtilities.CreateInstance<PredictService>(
            _rig.Get<IServiceProvider>(),
            ActivatorUtilities.CreateInstance<ChampionLoads>(_rig.Get<IServiceProvider>(), _slots),
            new PredictQueue(options, new ComputeThreads(1), TimeProvider.System),
            size ?? _rig.Get<AnswerSize>());

    /// <summary>Forecasts of this fixture by what came of them.</summary>
    private Dictionary<string, long> Answered()
    {
        var (factory, counts) = (_rig.Get<IMeterFactory>(), new Dictionary<string, long>());
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, mine) =>
        {
            if (instrument.Name == "flts_predict_requests_total" && instrument.Meter.Scope == factory)
                mine.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => counts[(string)tags[0].Value!] = count);
        listener.Start();
        listener.RecordObservableInstruments();
        return counts;
    }

    private static PredictRequest Request(string body) => SentRows.Request(JsonNode.Parse(body));

    private static async Task<Forecast> AskAsync(PredictService service, string body = "{}", CancellationToken cancellation = default)
    {
        using var request = Request(body);
        return await service.PredictAsync(request, null, new("test"), cancellation);
    }

    /// <summary>Lets the first computation stand still until it is told to end.</summary>
    private sealed class Held
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new();

        public void Compute()
        {
            _begun.TrySetResult();
            _end.Task.Wait();
        }

        /// <summary>A request that computes now.</summary>
        public async Task<Task<Forecast>> StartAsync(PredictService service)
        {
            var answer = OwnThread.RunAsync(() => AskAsync(service));
            await await Task.WhenAny(_begun.Task, answer);
            return answer;
        }

        public void End() => _end.TrySetResult();
    }
}
