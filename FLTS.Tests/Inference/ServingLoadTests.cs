using System.Text.Json.Nodes;
using FLTS.Benchmarks.Predict;
using FLTS.Forecasting.Demo;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>The product as a process of its own under more than it can answer, for long, and while it trains.</summary>
[TestFixture]
[Category(TestCategories.Slow)]
[NonParallelizable]
internal sealed class ServingLoadTests
{
    private ServedChampions _served = null!;
    private LoadGenerator _load = null!;
    private byte[] _csv = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        using var stream = new MemoryStream();
        DemoStation.Write(stream, rows: 2000, seed: 1);
        _csv = stream.ToArray();
        _served = await ServedChampions.StartAsync(FltsStart.ProductHost);
        await _served.PromoteAsync("station", _csv, "AR", []);
        var body = PredictRequests.Body("station", _csv, steps: 1);
        _load = new LoadGenerator(_served.Address, PredictRequests.Post(_served.Address, "/predict", body));
        _load.Run(8, TimeSpan.FromSeconds(1)); // Compiled and warm.
    }

    [OneTimeTearDown]
    public async Task Stop() => await _served.DisposeAsync();

    [TestCase(2)]
    [TestCase(60, Category = TestCategories.Soak)]
    public async Task A_thousand_connections_are_answered_or_told_to_come_again_and_afterwards_all_is_as_before(int seconds)
    {
        _load.Run(1000, TimeSpan.FromSeconds(1));
        var before = await _served.CountedAsync();

        var rush = _load.Run(1000, TimeSpan.FromSeconds(seconds));

        var (after, calm) = (await _served.CountedAsync(), _load.Run(1, TimeSpan.FromSeconds(0.3)));
        TestContext.Out.WriteLine(
            $"{rush.PerSecond:0} a second, {rush.Failed} refused, p99 {rush.Milliseconds(0.99):0} ms, memory {before.Memory >> 20} to "
            + $"{after.Memory >> 20} MB; then p50 {calm.Milliseconds(0.5):0.00} ms");
        Assert.That(rush.Statuses.Keys, Is.SubsetOf(new[] { 200, 429 }).And.Member(200));
        Assert.That(rush.Milliseconds(0.99), Is.LessThan(seconds > 10 ? 250 : 5000));
        Assert.That(after.Memory - before.Memory, Is.LessThan(100 << 20));
        Assert.That(calm.Failed, Is.Zero);
        Assert.That(calm.Milliseconds(0.5), Is.LessThan(seconds > 10 ? 5 : 100), "at once");
    }

    [TestCase(5_000, 20_000)]
    [TestCase(50_000, 1_000_000, Category = TestCategories.Soak)]
    public async Task Memory_does_not_grow_with_the_number_of_answers(int settled, int answers)
    {
        Ask(settled);
        var before = await _served.CountedAsync();

        var count = Ask(answers - settled);

        var after = await _served.CountedAsync();
        TestContext.Out.WriteLine(
            $"memory {before.Memory >> 20} to {after.Memory >> 20} MB over {count} answers, "
            + $"{(after.AllocatedBytes - before.AllocatedBytes) / count:0} bytes allocated each");
        Assert.That(after.Memory - before.Memory, Is.LessThan(64 << 20));
    }

    [TestCase(300, 3)]
    [TestCase(1000, 30, Category = TestCategories.Soak)]
    public async Task A_training_in_the_same_process_leaves_answers_their_time(int perSecond, int seconds)
    {
        var alone = _load.Run(64, TimeSpan.FromSeconds(seconds), perSecond);
        var training = new JsonObject { ["epochs"] = 1000, ["patience"] = 1000, ["hidden_size"] = 128 };
        var pipeline = await _served.TrainAsync("beside", _csv, "GRU", training);
        await _served.UntilAsync(pipeline, "training");
        await Task.Delay(TimeSpan.FromSeconds(1)); // Compiled, and over its first epochs.

        var beside = _load.Run(64, TimeSpan.FromSeconds(seconds), perSecond);

        await _served.CancelAsync(pipeline);
        TestContext.Out.WriteLine(
            $"{perSecond} a second: p50 {alone.Milliseconds(0.5):0.00} and {beside.Milliseconds(0.5):0.00} ms, p99 "
            + $"{alone.Milliseconds(0.99):0.00} and {beside.Milliseconds(0.99):0.00} ms");
        Assert.That((alone.Failed, beside.Failed), Is.EqualTo((0, 0)));
        Assert.That(beside.Answers, Is.EqualTo(perSecond * seconds).Within(1).Percent);
        Assert.That(beside.Milliseconds(0.99), Is.LessThan(3 * Math.Max(seconds > 10 ? 5 : 25, alone.Milliseconds(0.99))));
    }

    [TestCase(4)]
    [TestCase(100, Category = TestCategories.Soak)]
    public async Task Swaps_under_full_load_fail_no_request_and_hold_nobody_up(int swaps)
    {
        foreach (var better in (string[])["NAIVE", "AR"])
            await _served.PromoteAsync("swapped", _csv, better, []);
        var body = PredictRequests.Body("swapped", _csv, steps: 1);
        var load = new LoadGenerator(_served.Address, PredictRequests.Post(_served.Address, "/predict", body));
        load.Run(32, TimeSpan.FromSeconds(1));
        var steady = load.Run(32, TimeSpan.FromSeconds(swaps > 10 ? 10 : 1));
        var first = await _served.VersionAsync("swapped");
        var swapping = Task.Run(async () =>
        {
            for (var i = 0; i < swaps; i++) // Back and forth: each goes back to the run that is not served.
                await _served.RollBackAsync("swapped", toVersion: 1 + ((first + i) % 2));
        });

        var (latencies, failed) = (new List<double>(), 0);
        while (!swapping.IsCompleted)
        {
            var asked = load.Run(32, TimeSpan.FromSeconds(1));
            latencies.AddRange(asked.Latencies);
            failed += asked.Failed;
        }

        await swapping;
        var p99 = 1000 * latencies.Order().ElementAt((int)(0.99 * latencies.Count));
        TestContext.Out.WriteLine(
            $"{swaps} swaps: p99 {steady.Milliseconds(0.99):0.0} ms before and {p99:0.0} ms meanwhile over {latencies.Count} answers");
        Assert.That((steady.Failed, failed), Is.EqualTo((0, 0)));
        Assert.That(await _served.VersionAsync("swapped"), Is.EqualTo(first + swaps));
        if (swaps > 10)
            Assert.That(p99, Is.LessThan(2 * steady.Milliseconds(0.99)));
    }

    private int Ask(int answers)
    {
        var count = 0;
        while (count < answers)
            count += _load.Run(32, TimeSpan.FromSeconds(1)).Latencies.Length;
        return count;
    }
}
