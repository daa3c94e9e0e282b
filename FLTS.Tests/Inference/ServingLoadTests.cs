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

        var (rush, before, after) = await SettledAsync(
            () => _load.Run(1000, TimeSpan.FromSeconds(seconds)), 100, rounds: seconds > 10 ? 1 : 4);

        var calm = _load.Run(1, TimeSpan.FromSeconds(2));
        Assert.That(rush.Statuses.Keys, Is.SubsetOf(new[] { 200, 429 }).And.Member(200));
        Assert.That((calm.Failed, calm.Latencies.Length > 0), Is.EqualTo((0, true)));
        TestContext.Out.WriteLine(
            $"{rush.PerSecond:0} a second, {rush.Failed} refused, p99 {rush.Milliseconds(0.99):0} ms, memory {before.Memory >> 20} to "
            + $"{after.Memory >> 20} MB; then p50 {calm.Milliseconds(0.5):0.00} ms");
        if (seconds > 10)
            Assert.That(rush.Milliseconds(0.99), Is.LessThan(250));
        Assert.That(after.Memory - before.Memory, Is.LessThan(100 << 20));
        Assert.That(calm.Milliseconds(0.5), Is.LessThan(seconds > 10 ? 5 : 1000), "at once");
    }

    [TestCase(5_000, 20_000)]
    [TestCase(50_000, 1_000_000, Category = TestCategories.Soak)]
    public async Task Memory_does_not_grow_with_the_number_of_answers(int settled, int answers)
    {
        Ask(settled);

        var (count, before, after) = await SettledAsync(
            () => Ask(answers - settled), 64, rounds: answers > 100_000 ? 1 : 4);

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
        if (seconds > 10) // Nine of 900 answers are a hiccup of the machine.
        {
            Assert.That(beside.Answers, Is.EqualTo(perSecond * seconds).Within(1).Percent);
            Assert.That(beside.Milliseconds(0.99), Is.LessThan(3 * Math.Max(5, alone.Milliseconds(0.99))));
        }
        else
        {
            Assert.That(beside.Answers, Is.GreaterThan(perSecond * seconds / 2));
            Assert.That(beside.Milliseconds(0.5), Is.LessThan(3 * Math.Max(250, alone.Milliseconds(0.5))));
        }
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

    /// <summary>
    /// A round of load, and the memory before and after it. A heap may still grow in the first rounds; what is kept of every answer makes
    /// it grow in each: the first that grew by less than so many MB counts, or the last.
    /// </summary>
    private async Task<(T Told, ServedChampions.Counted Before, ServedChampions.Counted After)> SettledAsync<T>(
        Func<T> load, int megabytes, int rounds)
    {
        while (true)
        {
            var before = await _served.CountedAsync();
            var told = load();
            var after = await _served.CountedAsync();
            if (--rounds == 0 || after.Memory - before.Memory < (long)megabytes << 20)
                return (told, before, after);
        }
    }

    private int Ask(int answers)
    {
        var count = 0;
        while (count < answers)
            count += _load.Run(32, TimeSpan.FromSeconds(1)).Latencies.Length;
        return count;
    }
}
