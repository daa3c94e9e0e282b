using FLTS.Forecasting.Recurrent;
using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Settings;
using FLTS.Tests.Forecasting.Recurrent;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>What a client is told does not depend on who asked at the same moment.</summary>
[TestFixture, Parallelizable]
internal sealed class BatchBitsTests
{
    [TestCase(7)]
    [TestCase(64)]
    public async Task A_request_has_the_same_bits_alone_and_in_any_batch(int batch)
    {
        var (queue, sizes) = (Queue(1), new List<int>());
        using var net = Toy.Fit(RecurrentFamily.Gru).Model;
        var served = WatchedModel.Serve(net);
        var windows = Enumerable.Range(0, batch).Select(n => new Window(Toy.Series(seed: n), 100 + n)).ToList();
        var alone = new List<double[,,]>();
        foreach (var window in windows)
            alone.Add(await queue.ForecastAsync(served, window, 3, new(""), default));
        queue.Computed += sizes.Add;

        using var held = new EchoModel();
        var computing = await held.OccupyAsync(queue);
        var asked = windows.Select(w => queue.ForecastAsync(served, w, 3, new(""), default).AsTask()).ToList();
        await held.EndAsync(computing);

        Assert.That(await Task.WhenAll(asked), Is.EqualTo(alone));
        Assert.That(sizes, Is.EqualTo([1, batch]));
    }

    [Test]
    public async Task A_request_has_the_same_bits_alone_and_from_sixteen_clients_at_once()
    {
        var queue = Queue(2);
        using var net = Toy.Fit(RecurrentFamily.Lstm).Model;
        var served = WatchedModel.Serve(net);
        var window = new Window(Toy.Series(), 100);
        var alone = await queue.ForecastAsync(served, window, 3, new(""), default);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(client => Task.Run(async () =>
        {
            var own = new List<double[,,]>();
            for (var i = 0; i < 50; i++)
            {
                var from = i % 2 == 0 ? window : new Window(Toy.Series(seed: i), i + 50);
                own.Add(await queue.ForecastAsync(served, from, 3, new($"{client}"), default));
            }

            return own.Where((_, i) => i % 2 == 0);
        })));

        Assert.That(answers.SelectMany(a => a), Has.Exactly(16 * 25).Items.And.All.EqualTo(alone));
    }

    private static PredictQueue Queue(int workers) =>
        new(new InferenceOptions { Workers = workers }, new ComputeThreads(1), TimeProvider.System);
}
