using FLTS.Modules.Registry.Changes;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

/// <summary>Changes are read from rows, whoever wrote them.</summary>
[TestFixture, Parallelizable]
internal sealed class ChangeReaderTests
{
    [Test]
    public async Task Nothing_is_told_where_nothing_changed([Values] Database database)
    {
        await using var registry = await StartAsync(database);

        var first = await registry.Get<ChangeReader>().ReadAsync(null, default);

        Assert.That((await registry.Get<ChangeReader>().ReadAsync(first, default)).Since(first), Is.Empty);
    }

    [Test]
    public async Task A_champion_a_shadow_and_its_end_are_told_whoever_wrote_them([Values] Database database)
    {
        await using var registry = await StartAsync(database);
        var reader = registry.Get<ChangeReader>();

        var before = await reader.ReadAsync(null, default);
        await registry.Get<ShadowRuns>().PutAsync(new("run-LSTM"), dryRun: false, default);
        var beside = await reader.ReadAsync(before, default);
        await registry.Get<ShadowRuns>().EndAsync(new("run-LSTM"), dryRun: false, default);
        var ended = await reader.ReadAsync(beside, default);
        await registry.AddRowsAsync(Rows.Attempt("second"));
        await registry.AddRowsAsync(Rows.Champion(2, "second", "run-LSTM"));
        var promoted = await reader.ReadAsync(ended, default);

        Assert.That(beside.Since(before).Select(c => (c.Kind, c.Id)), Is.EqualTo(new[] { (ChangeKind.Shadow, "station") }));
        Assert.That(ended.Since(beside), Is.EqualTo(new[] { (ChangeKind.Shadow, "station", (string?)null) }), "removed");
        Assert.That(promoted.Since(ended), Is.EqualTo(new[] { (ChangeKind.Champion, "station", "2") }));
    }

    [Test]
    public async Task A_pipeline_is_told_with_its_runs_epoch_by_epoch_and_how_it_ended([Values] Database database)
    {
        await using var registry = await StartAsync(database);
        var pipeline = Rows.Pipeline();
        pipeline.Runs.Add(new PipelineRunRow { PipelineId = pipeline.PipelineId, ModelType = "GRU", RunId = new("run-GRU") });
        await registry.AddRowsAsync(pipeline);
        var reader = registry.Get<ChangeReader>();

        var before = await reader.ReadAsync(null, default);
        await registry.UseAsync(db => db.Runs.Where(r => r.RunId == new RunId("run-GRU"))
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Epoch, 7)));
        var learned = await reader.ReadAsync(before, default);
        await registry.UseAsync(db => db.Pipelines.ExecuteUpdateAsync(
            set => set.SetProperty(p => p.Status, PipelineStatus.Failed).SetProperty(p => p.EndedAt, Rows.Now)));
        var ended = await reader.ReadAsync(learned, default);

        Assert.That(learned.Since(before).Select(c => (c.Kind, c.Id)), Is.EquivalentTo(new[]
        {
            (ChangeKind.Run, "run-GRU"), (ChangeKind.Pipeline, pipeline.PipelineId.Value),
        }));
        Assert.That(
            ended.Since(learned).Select(c => (c.Kind, c.Id)),
            Is.EqualTo(new[] { (ChangeKind.Pipeline, pipeline.PipelineId.Value) }));
        Assert.That((before.Unfinished, ended.Unfinished), Is.EqualTo((new[] { pipeline.PipelineId }, Array.Empty<PipelineId>())));
    }

    /// <summary>A station with a champion and another model.</summary>
    private static async Task<RegistryUnderTest> StartAsync(Database database)
    {
        var registry = await RegistryUnderTest.ReadyAsync(database);
        await registry.AddRowsAsync(Rows.Dataset());
        RunRow[] runs = [Rows.Run("GRU", RunStatus.Succeeded), Rows.Run("LSTM", RunStatus.Succeeded)];
        foreach (var run in runs)
            run.ManifestSha256 = "manifest";
        await registry.AddRowsAsync(runs);
        await registry.AddRowsAsync(Rows.Attempt());
        await registry.AddRowsAsync(Rows.Champion(run: "run-GRU"));
        return registry;
    }
}
