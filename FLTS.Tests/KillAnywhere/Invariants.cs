using System.Text.Json;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using FLTS.Tests.EndToEnd;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>What must be true of one pipeline when it has ended, whatever was killed on the way.</summary>
internal static class Invariants
{
    private static readonly string[] _types = ["GRU", "LSTM", "PROPHET", "ENSEMBLE"];

    /// <param name="installation">Where to look.</param>
    /// <param name="flts">A living process on it.</param>
    /// <param name="trained">Runs that needed no training any more when the process was killed.</param>
    public static async Task HoldAsync(Installation installation, FltsProcess flts, IReadOnlyDictionary<RunId, int> trained)
    {
        await flts.WaitForModelAsync();
        await flts.PostAsync("/predict", []); // expects 200
        await WaitForPointerAsync(installation, flts);

        var (datasets, runs, pipelines, attempts, champions) = await installation.ReadAsync(async db => (
            await db.Datasets.AsNoTracking().ToListAsync(),
            await db.Runs.AsNoTracking().ToListAsync(),
            await db.Pipelines.AsNoTracking().ToListAsync(),
            await db.PromotionAttempts.AsNoTracking().ToListAsync(),
            await db.Champions.AsNoTracking().ToListAsync()));

        Assert.That(datasets.Select(d => d.Status), Is.EqualTo(new[] { DatasetStatus.Ready }), "one dataset");
        Assert.That(pipelines.Select(p => p.Status), Is.EqualTo(new[] { PipelineStatus.Promoted }), "one pipeline");
        Assert.That(runs.Select(r => r.ModelType), Is.EquivalentTo(_types), "one run a type");
        Assert.That(runs.Select(r => r.Generation).Distinct().Count(), Is.EqualTo(1), "of one generation");
        Assert.That(runs.Select(r => r.Status), Is.All.EqualTo(RunStatus.Succeeded));
        Assert.That(
            attempts.Select(a => a.Outcome),
            Is.EqualTo(new[] { (AttemptOutcome?)AttemptOutcome.Promoted }),
            "one attempt, which promoted");
        Assert.That(
            champions.Select(c => (c.Version, c.AttemptId)),
            Is.EqualTo(new[] { (1, attempts[0].AttemptId) }),
            "one line in the ledger");
        Assert.That(
            runs.Where(r => trained.ContainsKey(r.RunId)).ToDictionary(r => r.RunId, r => r.Attempt),
            Is.EqualTo(trained),
            "nothing trained was trained again");

        Assert.That(await KeysAsync(installation, ObjectKeys.ProcessedBucket), Has.Count.EqualTo(3), "train, test and meta, once");
        foreach (var run in runs)
        {
            // Every file is there, of the size and SHA-256 that the manifest says, and the manifest is the one that the row names.
            var stored = await installation.Artifacts.OpenAsync(run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Store, default);
            Assert.That(stored.Manifest.Attempt, Is.EqualTo(run.Attempt));
        }
    }

    /// <summary>All three pointer files say what the ledger says; the Reconciler sees to it.</summary>
    private static async Task WaitForPointerAsync(Installation installation, FltsProcess flts) =>
        await flts.WaitForAsync("pointer files that say what the ledger says", async () =>
        {
            var champion = await installation.ReadAsync(db => db.Champions.AsNoTracking().OrderByDescending(c => c.Version).FirstAsync());
            var expected = JsonSerializer.SerializeToUtf8Bytes(
                JsonSerializer.Deserialize<PromotionPointer>(champion.Pointer, RegistryJson.Options), RegistryJson.Indented);
            foreach (var key in new[]
            {
                ObjectKeys.Pointer(champion.Identifier),
                ObjectKeys.PointerOfConfig(champion.Identifier, champion.ConfigHash),
                ObjectKeys.PointerHistory(champion.Identifier, champion.ConfigHash, champion.Since),
            })
            {
                if (await installation.Objects.StatAsync(key, default) is null)
                    return null;

                using var bytes = await installation.Objects.ReadAllAsync(key, default);
                if (!bytes.ToArray().AsSpan().SequenceEqual(expected))
                    return null;
            }

            return await KeysAsync(installation, ObjectKeys.PromotionBucket) is { Count: 3 } keys ? keys : null;
        });

    private static async Task<List<string>> KeysAsync(Installation installation, string bucket)
    {
        var keys = new List<string>();
        await foreach (var found in installation.Objects.ListAsync(bucket, "", default))
            keys.Add(found.Key.Key);

        return keys;
    }
}
