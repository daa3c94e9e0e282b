using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Pipeline;
using FLTS.Modules.Pipeline.Retention;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class RetentionTests
{
    [Test]
    public async Task What_is_out_of_use_is_marked_and_pruned_after_the_grace_with_its_objects([Values] Stack stack)
    {
        await using var registry = await RetentionRig.StartAsync(stack);
        var (_, champion, other) = await registry.PromotedAsync();
        await registry.PassAsync(31);

        await registry.LookAsync();
        var marked = await registry.MarksAsync();
        await registry.LookAsync();
        var inGrace = await registry.RunAsync(other.RunId);
        await registry.PassAsync(8);
        var due = (await registry.Get<RetentionPlanner>().ViewAsync(50, null, default)).Items.Single(i => i.Kind == "run");
        await registry.LookAsync();

        var pruned = await registry.RunAsync(other.RunId);
        Assert.That(
            marked.Select(m => (m.Kind, m.Id, m.TakenAt)), Is.EqualTo([(RetentionKind.Run, other.RunId.Value, (DateTimeOffset?)null)]));
        Assert.That(inGrace.Status, Is.EqualTo(RunStatus.Succeeded), "seven days are seven days");
        Assert.That((due.Id, due.PruneAt < DateTimeOffset.UtcNow), Is.EqualTo((other.RunId.Value, true)));
        Assert.That((pruned.Status, pruned.ManifestSha256), Is.EqualTo((RunStatus.Pruned, (string?)null)));
        Assert.That(pruned.PrunedAt, Is.Not.Null);
        Assert.That(await registry.ObjectsAsync(ObjectKeys.AllOf(other.RunId)), Is.Empty);
        Assert.That(await registry.UseAsync(db => db.RunArtifacts.CountAsync(a => a.RunId == other.RunId)), Is.Zero);
        Assert.That(await registry.MarksAsync(), Is.Empty, "nothing is left to be done");
        Assert.That(await registry.ObjectsAsync(ObjectKeys.AllOf(champion.ConfigHash)), Has.Count.EqualTo(3), "the champion's data");
        Assert.That(await registry.UseAsync(db => db.Champions.CountAsync()), Is.EqualTo(1), "the ledger stays");
        Assert.That((registry.Log.Count("retention_marked"), registry.Log.Count("retention_pruned")), Is.EqualTo((1, 1)));
        await registry.ModelsLoadAsync();
    }

    [Test]
    public async Task While_it_is_off_nothing_is_marked_and_the_plan_is_shown()
    {
        await using var registry = await RetentionRig.StartAsync(
            Stack.Embedded, services => services.AddSingleton(RetentionRig.Options with { Enabled = false }));
        var (_, _, other) = await registry.PromotedAsync();
        await registry.PassAsync(90);

        await registry.LookAsync();
        var plan = await registry.Get<RetentionPlanner>().ViewAsync(50, null, default);

        Assert.That(await registry.MarksAsync(), Is.Empty);
        Assert.That(plan.Enabled, Is.False);
        Assert.That(plan.Items.Select(i => (i.Kind, i.Id)), Is.EqualTo([("run", other.RunId.Value)]));
        Assert.That(plan.Totals.Single().BytesUnusedNow, Is.GreaterThan(0));
    }

    [Test]
    public async Task A_plan_is_read_in_pages()
    {
        await using var registry = await RetentionRig.StartAsync(Stack.Embedded);
        await registry.AddAsync("pipeline", 1);
        foreach (var i in Enumerable.Range(0, 7))
        {
            var run = PipelineUnderTest.Run($"run{i}", RunStatus.Failed, generation: i);
            run.EndedAt = Rows.Now.AddMinutes(i / 2);
            await registry.InsertAsync(run);
        }

        await registry.ExecuteAsync("UPDATE pipelines SET status = 'failed'");
        var (read, cursor) = (new List<string>(), (Modules.Kit.Cursor?)null);
        do
        {
            var page = await registry.Get<RetentionPlanner>().ViewAsync(3, cursor, default);
            read.AddRange(page.Items.Where(i => i.Kind == "run").Select(i => i.Id));
            cursor = Modules.Kit.Cursor.Parse(page.Next);
        }
        while (cursor is not null);

        Assert.That(read, Is.EqualTo(Enumerable.Range(0, 7).Select(i => $"run{i}")));
    }

    [Test]
    public async Task A_pruned_run_is_refused_everywhere_and_whoever_asks_for_its_pipeline_again_has_it_trained_anew()
    {
        await using var registry = await RetentionRig.StartAsync(Stack.Embedded);
        var (pipeline, champion, other) = await registry.PromotedAsync();
        await registry.PromoteAsync(new { run_ids = new[] { other.RunId.Value }, force = true });
        await registry.PromoteAsync(new { run_ids = new[] { champion.RunId.Value }, force = true });
        await registry.UseAsync(db => db.Runs.Where(r => r.RunId == other.RunId)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Pruned).SetProperty(r => r.ManifestSha256, (string?)null)));

        var promoted = Assert.ThrowsAsync<ConflictException>(() => registry.PromoteAsync(new { run_ids = new[] { other.RunId.Value } }))!;
        var rolledBack = Assert.ThrowsAsync<ConflictException>(() =>
            registry.Get<RollbackService>().RollBackAsync(new("station"), new RollbackRequest(2, null), default))!;
        var again = await registry.StartPipelineAsync();
        var anew = await registry.RunOfAsync(again.PipelineId, other.ModelType);
        var rerun = await registry.Get<RerunService>().RerunPipelineAsync(
            pipeline.PipelineId, Modules.Registry.Pipelines.RerunStage.Evaluate, default);

        Assert.That(promoted.Message, Does.Contain(other.RunId.Value).And.Contain("pruned"));
        Assert.That(rolledBack.Message, Does.Contain(other.RunId.Value).And.Contain("no artifacts any more"));
        Assert.That(again.PipelineId, Is.Not.EqualTo(pipeline.PipelineId));
        Assert.That((anew.Generation, anew.Status), Is.EqualTo((1, RunStatus.Queued)));
        Assert.That((await registry.RunOfAsync(again.PipelineId, champion.ModelType)).RunId, Is.EqualTo(champion.RunId), "trained once");
        Assert.That(rerun.Sequence, Is.GreaterThan(pipeline.Sequence), "what is left of it can be judged again");
    }

    [Test]
    public async Task Data_that_no_model_stands_on_goes_after_its_runs_and_is_prepared_again_when_it_is_wanted([Values] Stack stack)
    {
        const string Salted = """{"dataset": "station", "preprocessing": {"hash_salt": "other"}, "evaluation": {"min_improvement": 0.5}}""";
        await using var registry = await RetentionRig.StartAsync(stack);
        await registry.PromotedAsync();
        var second = await registry.StartPipelineAsync(Salted);
        await registry.WorkAsync();
        await registry.RunStepAsync(StepNames.Evaluate, second.PipelineId.Value);

        await registry.PruneAsync();
        var afterRuns = await registry.DatasetAsync(second.ConfigHash);
        await registry.PruneAsync();
        var pruned = await registry.DatasetAsync(second.ConfigHash);
        var left = await registry.ObjectsAsync(ObjectKeys.AllOf(second.ConfigHash));
        var told = await registry.Get<Modules.Registry.Pipelines.PipelineReader>().FindAsync(second.PipelineId.Value, default);
        var third = await registry.StartPipelineAsync(Salted);
        await registry.WorkAsync();

        Assert.That(afterRuns.Status, Is.EqualTo(DatasetStatus.Ready));
        Assert.That((pruned.Status, left.Count), Is.EqualTo((DatasetStatus.Failed, 0)));
        Assert.That(pruned.PrunedAt, Is.Not.Null);
        Assert.That(told.Stages.Select(s => s.Status), Is.All.EqualTo("done"), "what was done is not undone in the story");
        Assert.That(told.Error, Is.Null);
        Assert.That(await registry.DatasetAsync(third.ConfigHash), Has.Property("Status").EqualTo(DatasetStatus.Ready)
            .And.Property("PrunedAt").Null);
        Assert.That((await registry.RunOfAsync(third.PipelineId)).Status, Is.EqualTo(RunStatus.Succeeded));
        await registry.ModelsLoadAsync();
    }

    [Test]
    public async Task A_source_is_removed_by_its_bytes_and_one_that_comes_again_meanwhile_stays([Values] Stack stack)
    {
        await using var registry = await RetentionRig.StartAsync(stack);
        var first = await AddAsync(registry, "a", "time,x\n2026-01-01,1\n");
        var shared = await AddAsync(registry, "a", "time,x\n2026-01-01,2\n");
        var third = await AddAsync(registry, "a", "time,x\n2026-01-01,3\n");
        await AddAsync(registry, "a", "time,x\n2026-01-01,4\n");
        await AddAsync(registry, "b", "time,x\n2026-01-01,2\n");
        await registry.PassAsync(31);
        await registry.LookAsync();
        await registry.PassAsync(8);

        await AddAsync(registry, "c", "time,x\n2026-01-01,3\n");
        await registry.LookAsync();

        Assert.That(await ExistsAsync(registry, first), Is.False, "nobody has it");
        Assert.That(await ExistsAsync(registry, shared), Is.True, "the newest of b");
        Assert.That(await ExistsAsync(registry, third), Is.True, "the newest of c, which was marked before");
        var versions = await registry.UseAsync(db => db.Sources.AsNoTracking().Where(s => s.PrunedAt != null).ToListAsync());
        Assert.That(versions.Select(v => (v.Name.Value, v.Version)), Is.EqualTo([("a", 1)]));

        await registry.InsertAsync(Prunings.Taken(RetentionKind.Source, first, Rows.Now));
        Assert.ThrowsAsync<ConflictException>(() => AddAsync(registry, "d", "time,x\n2026-01-01,1\n"), "its removal has begun");
        await registry.LookAsync();
        await AddAsync(registry, "d", "time,x\n2026-01-01,1\n");
        Assert.That(await ExistsAsync(registry, first), Is.True);
    }

    [Test]
    public async Task Epochs_of_old_runs_are_thinned_to_their_shape([Values] Database database)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(database);
        await registry.InsertAsync(Rows.Dataset());
        foreach (var (id, days) in new[] { ("old", 91), ("young", 80) })
        {
            var run = Rows.Run(id, generation: days);
            (run.Status, run.EndedAt) = (RunStatus.Failed, Rows.Now.AddDays(-days));
            await registry.InsertAsync(run);
            await registry.AddRowsAsync([.. Enumerable.Range(1, 34).Select(e =>
                new RunEpochRow { RunId = new(id), Epoch = e, TrainLoss = 1.0 / e, ValLoss = Math.Abs(e - 17) + 1 })]);
        }

        var removed = await registry.Get<EpochThinning>().ThinAsync(Rows.Now.AddDays(-90), 10, default);
        var again = await registry.Get<EpochThinning>().ThinAsync(Rows.Now.AddDays(-90), 10, default);

        var epochs = await registry.UseAsync(db => db.RunEpochs.AsNoTracking().OrderBy(e => e.Epoch).ToListAsync());
        Assert.That(epochs.Where(e => e.RunId.Value == "old").Select(e => e.Epoch), Is.EqualTo([1, 10, 17, 20, 30, 34]));
        Assert.That(epochs.Count(e => e.RunId.Value == "young"), Is.EqualTo(34));
        Assert.That((removed, again), Is.EqualTo((28, 0)));
    }

    [Test]
    public async Task One_process_looks_at_a_time_and_a_store_that_is_away_is_said_once()
    {
        await using var registry = await RetentionRig.StartAsync(Stack.Embedded);
        var (_, _, other) = await registry.PromotedAsync();
        await registry.PassAsync(31);
        await registry.LookAsync();
        await registry.PassAsync(8);
        await registry.UseAsync(db => db.RetentionTurns.ExecuteUpdateAsync(set =>
            set.SetProperty(t => t.NextAttemptAt, (DateTimeOffset?)null)));
        var loop = ActivatorUtilities.CreateInstance<RetentionLoop>(registry.Get<IServiceProvider>());

        await using (var elsewhere = await LeaseKeeper.TryAcquireAsync<RetentionTurnRow>(
            registry.Leases, RetentionTurnRow.Only, TimeProvider.System, NullLogger.Instance, default))
        {
            await loop.LookAsync(default);
            Assert.That(elsewhere, Is.Not.Null);
            Assert.That((await registry.RunAsync(other.RunId)).Status, Is.EqualTo(RunStatus.Succeeded), "another process looks");
        }

        registry.TakeStoreAway();
        for (var look = 0; look < 3; look++)
            await loop.LookAsync(default);
        registry.BringStoreBack();
        Assert.That((await registry.RunAsync(other.RunId)).Status, Is.EqualTo(RunStatus.Succeeded), "its objects are there");
        await loop.LookAsync(default);

        Assert.That((await registry.RunAsync(other.RunId)).Status, Is.EqualTo(RunStatus.Pruned));
        Assert.That(registry.Log.Texts.Count(t => t.StartsWith("Nothing can be pruned", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(await registry.Get<Prunings>().IsDueAsync(default), Is.False, "until the next hour");
    }

    private static async Task<string> AddAsync(RegistryUnderTest registry, string name, string csv)
    {
        using var file = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(csv));
        return (await registry.Get<ISourceCatalog>().AddAsync(new(name), "train", file, default)).Sha256;
    }

    private static async Task<bool> ExistsAsync(RegistryUnderTest registry, string sha256) =>
        await registry.Store.StatAsync(ObjectKeys.Source(sha256), default) is not null;
}
