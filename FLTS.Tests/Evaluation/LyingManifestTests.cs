using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

/// <summary>
/// A manifest whose own hash is the recorded one, but which says what is not so: its run is refused for good by a sentence, and never
/// waits for a store that is well.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class LyingManifestTests
{
    [TestCase("NAIVE", "golden/values/0/0", "0.123", "golden prediction")]
    [TestCase("NAIVE", "golden/values/0/0", "null", "")]
    [TestCase("NAIVE", "golden/values", "[]", "golden prediction must hold")]
    [TestCase("NAIVE", "golden/values", "[[0.1]]", "golden prediction must hold")]
    [TestCase("NAIVE", "golden/values", "[null]", "golden prediction must hold")]
    [TestCase("NAIVE", "golden/values", "null", "golden prediction must hold")]
    [TestCase("NAIVE", "golden", "null", "golden prediction must hold")]
    [TestCase("NAIVE", "golden/origin_row", "1000000", "which the data has not")]
    [TestCase("NAIVE", "golden/origin_row", "-1", "which the data has not")]
    [TestCase("NAIVE", "golden/tolerance", "1e9", "difference of")]
    [TestCase("NAIVE", "horizon", "7", "golden prediction")]
    [TestCase("NAIVE", "model_type", "\"AR\"", "")]
    [TestCase("NAIVE", "model_type", "\"TAROT\"", "TAROT")]
    [TestCase("NAIVE", "model_type", "null", "")]
    [TestCase("NAIVE", "targets", "[\"down\", \"up\"]", "")]
    [TestCase("NAIVE", "targets", "[\"nothing\"]", "")]
    [TestCase("NAIVE", "targets", "null", "")]
    [TestCase("AR", "inputs", "[\"down\"]", "")]
    [TestCase("AR", "input_len", "3", "")]
    [TestCase("AR", "input_len", "-1", "")]
    [TestCase("AR", "hyperparameters", "{\"penalty\": \"much\"}", "")]
    [TestCase("NAIVE", "files", "[]", "is not in the manifest")]
    [TestCase("NAIVE", "files/0/size", "1", "bytes")]
    [TestCase("NAIVE", "files/0/sha256", "\"0000000000000000000000000000000000000000000000000000000000000000\"", "SHA-256")]
    [TestCase("NAIVE", "files/0/path", "\"elsewhere.json\"", "elsewhere.json is missing")]
    [TestCase("NAIVE", "config_hash", "\"another\"", "config_hash")]
    [TestCase("NAIVE", "params_hash", "\"another\"", "params_hash")]
    [TestCase("NAIVE", "attempt", "2", "attempt")]
    [TestCase("NAIVE", "run_id", "\"another\"", "names run another")]
    public async Task A_manifest_that_lies_makes_its_run_invalid(string type, string path, string lie, string told)
    {
        await using var rig = await EvaluationRig.StartAsync();
        var run = await rig.StoreRunAsync(type, 0);
        await LieAsync(rig, run, path, lie);
        var pipeline = await rig.PipelineAsync(new("station"), [run]);

        await rig.EvaluateAsync(pipeline.PipelineId);

        await using var db = await rig.DbAsync();
        var row = await db.Runs.AsNoTracking().SingleAsync();
        var waiting = await rig.ReadPipelineAsync(pipeline.PipelineId);
        Assert.That(row.Status, Is.EqualTo(RunStatus.Invalid), waiting.WaitingReason);
        Assert.That(row.Error, Is.Not.Empty.And.Contain(told));
        Assert.That(waiting.WaitingReason, Is.Null);
        Assert.That(await rig.LedgerAsync(), Is.Empty);
    }

    /// <summary>Changes one member of the stored manifest, and records the hash of what it is then.</summary>
    private static async Task LieAsync(EvaluationRig rig, RunRow run, string path, string lie)
    {
        var file = rig.ArtifactPath(run, "manifest.json");
        var manifest = JsonNode.Parse(await File.ReadAllBytesAsync(file))!;
        var names = path.Split('/');
        var parent = names[..^1].Aggregate(manifest, (node, name) => int.TryParse(name, out var at) ? node[at]! : node[name]!);
        if (int.TryParse(names[^1], out var index))
            parent[index] = JsonNode.Parse(lie);
        else
            parent[names[^1]] = JsonNode.Parse(lie);

        var bytes = System.Text.Encoding.UTF8.GetBytes(manifest.ToJsonString());
        await File.WriteAllBytesAsync(file, bytes);
        await using var db = await rig.DbAsync();
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        await db.Runs.ExecuteUpdateAsync(set => set.SetProperty(r => r.ManifestSha256, hash));
    }
}
