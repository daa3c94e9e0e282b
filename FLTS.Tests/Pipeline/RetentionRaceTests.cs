using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>Whoever wants something and whoever prunes it, at the same moment; and whoever prunes, killed on the way.</summary>
[TestFixture, Parallelizable]
internal sealed class RetentionRaceTests
{
    /// <summary>The look comes while the promotion reads the run's files: it was first, and wins.</summary>
    [Test]
    public async Task A_promotion_that_has_begun_wins_against_the_look_that_would_prune_its_run([Values] Stack stack)
    {
        await using var registry = await RetentionRig.StartAsync(stack, WatchedStore.Replace);
        var (_, _, other) = await DueAsync(registry);
        if (Path.Combine(registry.DataFolder, "cache") is var cache && Directory.Exists(cache))
            Directory.Delete(cache, recursive: true); // Else this machine's copy is read, where the store tells its hash.
        var looked = 0;
        registry.Get<WatchedStore>().Opening = async key =>
        {
            if (key.Key.Contains(other.RunId.Value, StringComparison.Ordinal) && Interlocked.Exchange(ref looked, 1) == 0)
                await registry.LookAsync();
        };

        await registry.PromoteAsync(new { run_ids = new[] { other.RunId.Value }, force = true });
        await registry.PruneAsync();

        Assert.That(looked, Is.EqualTo(1), "the look came in between");
        Assert.That((await registry.RunAsync(other.RunId)).Status, Is.EqualTo(RunStatus.Succeeded));
        Assert.That(await InForceAsync(registry), Is.EqualTo(other.RunId));
        await registry.ModelsLoadAsync();
    }

    /// <summary>The promotion comes while the run's files are removed: it is told so, and nothing comes of it.</summary>
    [Test]
    public async Task A_promotion_that_comes_while_its_run_is_removed_is_refused([Values] Stack stack)
    {
        await using var registry = await RetentionRig.StartAsync(stack, WatchedStore.Replace);
        var (pipeline, champion, other) = await DueAsync(registry);
        var refused = new List<string>();
        registry.Get<WatchedStore>().Deleting = async _ =>
        {
            if (refused.Count > 0)
                return;

            refused.Add(Assert.ThrowsAsync<ConflictException>(() => registry.PromoteAsync(new { run_ids = new[] { other.RunId.Value } }))!
                .Message);
            refused.Add(Assert.ThrowsAsync<ConflictException>(() => registry.StartPipelineAsync())!.Message);
            refused.Add(Assert.ThrowsAsync<ConflictException>(() => registry.Get<PipelineReruns>()
                .PipelineAsync(pipeline.PipelineId, RerunStage.Evaluate, default))!.Message);
            await Task.CompletedTask;
        };

        await registry.LookAsync();

        Assert.That(refused, Has.Count.EqualTo(3).And.All.Contains("being pruned at this moment").And.All.Contains(other.RunId.Value));
        Assert.That((await registry.RunAsync(other.RunId)).Status, Is.EqualTo(RunStatus.Pruned));
        Assert.That(await InForceAsync(registry), Is.EqualTo(champion.RunId));
        await registry.ModelsLoadAsync();
    }

    /// <summary>Both begin at once, over and over: whichever is first, what is in force is a model.</summary>
    [TestCase(Database.Sqlite, 40)]
    [TestCase(Database.Postgres, 40)]
    [TestCase(Database.Sqlite, 1000, Category = TestCategories.Soak)]
    [TestCase(Database.Postgres, 1000, Category = TestCategories.Soak)]
    public async Task Of_a_use_and_a_taking_at_the_same_moment_one_is_told_that_the_other_was_first(Database database, int rounds)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(database);
        var prunings = registry.Get<Prunings>();
        var (used, taken) = (0, 0);
        for (var round = 0; round < rounds; round++)
        {
            var id = $"run{round}";
            await registry.InsertAsync(new RetentionMarkRow { Kind = RetentionKind.Run, Id = id, Since = Rows.Now });
            using var start = new Barrier(2);
            var use = Task.Run(async () =>
            {
                start.SignalAndWait();
                return await UseAsync(registry, id);
            });
            var take = Task.Run(async () =>
            {
                start.SignalAndWait();
                await prunings.TakeAsync([(RetentionKind.Run, id)], TimeSpan.Zero, default);
            });
            var isUsed = await use;
            await take;
            var mark = (await registry.MarksAsync()).SingleOrDefault(m => m.Id == id);
            Assert.That(mark?.TakenAt is not null, Is.EqualTo(!isUsed), $"round {round}");
            (used, taken) = (used + (isUsed ? 1 : 0), taken + (isUsed ? 0 : 1));
        }

        TestContext.Out.WriteLine($"{used} uses and {taken} takings were first");
    }

    /// <summary>
    /// Dies after each single object that it removes, and comes again: at every moment what is called a model is one, and at the end
    /// nothing is left of what nobody needs.
    /// </summary>
    [Test]
    public async Task Killed_between_any_two_removals_it_is_gone_on_with_and_every_model_still_loads([Values] Stack stack)
    {
        await using var registry = await RetentionRig.StartAsync(stack, WatchedStore.Replace);
        var (pipeline, _, _) = await registry.PromotedAsync();
        for (var rerun = 0; rerun < 2; rerun++)
        {
            await registry.Get<PipelineReruns>().PipelineAsync(pipeline.PipelineId, RerunStage.Train, default);
            await registry.WorkAsync();
            await registry.RunStepAsync(StepNames.Evaluate, pipeline.PipelineId.Value);
        }

        await registry.PassAsync(31);
        await registry.LookAsync();
        var unused = (await registry.MarksAsync()).ConvertAll(m => new RunId(m.Id));
        await registry.PassAsync(8);
        var (kills, allowed) = (0, 0);
        registry.Get<WatchedStore>().Deleting = _ => allowed-- > 0 ? Task.CompletedTask : throw new UnavailableException("killed");
        while (await DiesAsync())
        {
            kills++;
            await registry.ModelsLoadAsync();
        }

        Assert.That(unused, Has.Count.GreaterThanOrEqualTo(3));
        Assert.That(kills, Is.GreaterThanOrEqualTo(20));
        foreach (var run in unused)
        {
            Assert.That((await registry.RunAsync(run)).Status, Is.EqualTo(RunStatus.Pruned));
            Assert.That(await registry.ObjectsAsync(ObjectKeys.AllOf(run)), Is.Empty);
        }

        await registry.ModelsLoadAsync();

        async Task<bool> DiesAsync()
        {
            allowed = 1;
            try
            {
                await registry.LookAsync();
                return false;
            }
            catch (UnavailableException)
            {
                return true;
            }
        }
    }

    /// <summary>A run that is out of use, its grace over.</summary>
    private static async Task<(Modules.Pipeline.StartedPipeline Pipeline, RunRow Champion, RunRow Other)> DueAsync(
        RegistryUnderTest registry)
    {
        var promoted = await registry.PromotedAsync();
        await registry.PassAsync(31);
        await registry.LookAsync();
        await registry.PassAsync(8);
        return promoted;
    }

    private static async Task<bool> UseAsync(RegistryUnderTest registry, string id)
    {
        await using var db = await registry.OpenAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        try
        {
            await RetentionMarks.UseAsync(db, RetentionKind.Run, [id], default);
            await transaction.CommitAsync();
            return true;
        }
        catch (ConflictException)
        {
            return false;
        }
    }

    private static Task<RunId> InForceAsync(RegistryUnderTest registry) => registry.UseAsync(db =>
        db.Champions.OrderByDescending(c => c.Version).Select(c => c.RunId).FirstAsync());
}
