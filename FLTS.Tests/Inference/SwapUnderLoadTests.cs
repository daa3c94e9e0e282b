using System.Collections.Concurrent;
using FLTS.Modules.Inference.Protocols;
using FLTS.Modules.Inference.Windows;
using FLTS.Modules.Registry.Ledger;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>Clients that never stop asking while the ledger goes on: better ones, broken ones, rollbacks.</summary>
[TestFixture]
internal sealed class SwapUnderLoadTests
{
    private const int Clients = 4;

    [TestCase(12)]
    [TestCase(100, Category = TestCategories.Soak)]
    public async Task No_request_fails_no_answer_mixes_models_and_a_broken_one_changes_nothing(int swaps)
    {
        await using var rig = await ServingRig.StartAsync();
        var data = await rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        var lines = new ConcurrentDictionary<int, ServedChampion>();
        var first = lines[1] = await rig.PromoteAsync(data, "NAIVE", 1);
        await rig.LookAsync();
        var said = new ConcurrentDictionary<RunId, double>();
        using var over = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(() => AskAsync(rig, lines, said, over.Token))).ToList();

        for (var version = 2; version <= swaps; version++)
        {
            var isBroken = version % 5 == 0;
            var next = version % 3 == 0
                ? await rig.PromoteAgainAsync(first, version)
                : await rig.PromoteAsync(data, version % 2 == 0 ? "EWMA" : "NAIVE", version);
            if (isBroken && next.RunId != first.RunId)
                await rig.SpoilAsync(ObjectKeys.Manifest(next.RunId, 1));
            else
                lines[version] = next;

            await rig.LookAsync();
            Assert.That(rig.Slots.All.Single().Version, Is.EqualTo(lines.ContainsKey(version) ? version : version - 1));
        }

        await over.CancelAsync();
        var answers = await Task.WhenAll(clients);
        TestContext.Out.WriteLine($"{answers.Sum(a => a)} answers, {rig.Slots.Swaps} swaps");
        Assert.That(answers, Has.All.GreaterThan(0));
        Assert.That(rig.Slots.Refused, Has.Count.EqualTo(rig.Slots.All.Single().Version == swaps ? 0 : 1));
    }

    /// <summary>Throws where a request fails, or one part of an answer is another model's.</summary>
    private static async Task<int> AskAsync(
        ServingRig rig, ConcurrentDictionary<int, ServedChampion> lines, ConcurrentDictionary<RunId, double> said, CancellationToken over)
    {
        var (service, count) = (rig.Get<PredictService>(), 0);
        for (; !over.IsCancellationRequested; count++)
        {
            using var request = PredictRequest.Newest(new("station"), 1, []);
            var answer = await service.PredictAsync(request, null, new("test"), default);
            var (run, value) = (answer.Manifest.RunId, answer.Values[0, 0, 0]);
            Assert.That((run, answer.Manifest.ModelType), Is.EqualTo((lines[answer.Version].RunId, lines[answer.Version].ModelType)));
            Assert.That(said.GetOrAdd(run, value), Is.EqualTo(value));
            await Task.Yield();
        }

        return count;
    }
}
