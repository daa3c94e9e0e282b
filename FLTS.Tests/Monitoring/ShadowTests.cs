using System.Data.Common;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.Pipeline;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>A run beside the champion of its station: who may stand there, for how long, and that it is kept.</summary>
[TestFixture, Parallelizable]
internal sealed class ShadowTests
{
    [Test]
    public async Task A_run_stands_beside_the_champion_until_it_is_ended_and_asking_again_changes_nothing([Values] Database database)
    {
        await using var registry = await StartAsync(database);
        var shadows = registry.Get<ShadowRuns>();

        var first = await shadows.PutAsync(new("run-LSTM"), dryRun: false, default);
        var again = await shadows.PutAsync(new("run-LSTM"), dryRun: false, default);
        var stands = await shadows.FindAsync(new("station"), default);
        var ended = await shadows.EndAsync(new("run-LSTM"), dryRun: false, default);

        Assert.That(first, Is.EqualTo(again));
        Assert.That((first.Identifier, first.ChampionRunId, first.Location), Is.EqualTo(
            (new Identifier("station"), (RunId?)new RunId("run-GRU"), "/live/station")));
        Assert.That(stands, Is.EqualTo(first.RunId));
        Assert.That(ended, Is.EqualTo(first with { Until = ended.Until }));
        Assert.That(ended.Until, Is.GreaterThanOrEqualTo(first.Since!.Value));
        Assert.That(await shadows.FindAsync(new("station"), default), Is.Null);
        Assert.ThrowsAsync<NotFoundException>(() => shadows.EndAsync(new("run-LSTM"), dryRun: false, default));
        Assert.That((registry.Log.Count("shadow_begun"), registry.Log.Count("shadow_ended")), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Of_many_at_the_same_time_one_stands_there_and_the_others_are_told_which([Values] Database database)
    {
        await using var registry = await StartAsync(database);

        var refused = await RegistryUnderTest.TogetherAsync(6, async i =>
        {
            try
            {
                await registry.Get<ShadowRuns>().PutAsync(new(i % 2 == 0 ? "run-LSTM" : "run-PROPHET"), dryRun: false, default);
                return null;
            }
            catch (ConflictException e)
            {
                return e.Message;
            }
        });

        var stands = await registry.Get<ShadowRuns>().FindAsync(new("station"), default);
        Assert.That(stands, Is.Not.Null);
        Assert.That(refused.Where(r => r is not null), Has.Exactly(3).Contains($"DELETE /runs/{stands}/shadow"));
    }

    [TestCase("run-GRU", "is the champion of 'station'")]
    [TestCase("run-AR", "is failed; only a run that succeeded")]
    [TestCase("lonely", "'other' has no champion")]
    public async Task What_cannot_stand_beside_a_champion_is_refused_with_the_reason(string run, string sentence)
    {
        await using var registry = await StartAsync(Database.Sqlite);

        foreach (var dryRun in new[] { true, false })
        {
            var refused = Assert.ThrowsAsync<ConflictException>(() => registry.Get<ShadowRuns>().PutAsync(new(run), dryRun, default));
            Assert.That(refused!.Message, Does.Contain(sentence));
        }

        Assert.ThrowsAsync<NotFoundException>(() => registry.Get<ShadowRuns>().PutAsync(new("nobody"), dryRun: true, default));
    }

    [Test]
    public async Task A_dry_run_says_what_would_be_and_stores_nothing()
    {
        await using var registry = await StartAsync(Database.Sqlite);

        var view = await registry.Get<ShadowRuns>().PutAsync(new("run-LSTM"), dryRun: true, default);

        Assert.That((view.RunId, view.Since), Is.EqualTo((new RunId("run-LSTM"), (DateTimeOffset?)null)));
        Assert.That(await registry.UseAsync(db => db.Shadows.CountAsync()), Is.Zero);
    }

    [Test]
    public async Task A_dry_run_of_its_end_says_what_would_be_and_it_stays()
    {
        await using var registry = await StartAsync(Database.Sqlite);
        var shadows = registry.Get<ShadowRuns>();

        Assert.ThrowsAsync<NotFoundException>(() => shadows.EndAsync(new("run-LSTM"), dryRun: true, default));
        var stands = await shadows.PutAsync(new("run-LSTM"), dryRun: false, default);
        var would = await shadows.EndAsync(new("run-LSTM"), dryRun: true, default);

        Assert.That(would, Is.EqualTo(stands));
        Assert.That(await registry.UseAsync(db => db.Shadows.CountAsync()), Is.EqualTo(1));
        Assert.That(registry.Log.Count("shadow_ended"), Is.Zero);
    }

    [Test]
    public async Task Who_is_promoted_stands_beside_nobody_and_leaves_room([Values] Stack stack)
    {
        await using var registry = await RetentionRig.StartAsync(stack);
        var (_, champion, other) = await registry.PromotedAsync();
        var shadows = registry.Get<ShadowRuns>();
        await shadows.PutAsync(other.RunId, dryRun: false, default);

        await registry.PromoteAsync(new { run_ids = new[] { other.RunId.Value }, force = true });

        Assert.That(await registry.UseAsync(db => db.Shadows.CountAsync()), Is.Zero);
        Assert.That((await shadows.PutAsync(champion.RunId, dryRun: false, default)).ChampionRunId, Is.EqualTo(other.RunId));
    }

    [TestCase(Stack.Embedded)]
    [TestCase(Stack.Full, Category = TestCategories.Soak)]
    public async Task Retention_keeps_a_shadow_and_a_reset_takes_it_along(Stack stack)
    {
        await using var registry = await RetentionRig.StartAsync(stack);
        var (_, _, other) = await registry.PromotedAsync();
        await registry.Get<ShadowRuns>().PutAsync(other.RunId, dryRun: false, default);

        await registry.PruneAsync();
        var kept = await registry.RunAsync(other.RunId);
        await registry.InsertAsync(new RetentionMarkRow { Kind = RetentionKind.Run, Id = other.RunId.Value, Since = Rows.Now });
        Assert.That(
            () => registry.UseAsync(db => db.RetentionMarks.ExecuteUpdateAsync(set => set.SetProperty(m => m.TakenAt, Rows.Now))),
            Throws.InstanceOf<DbException>().With.Message.Contains("beside a champion"), "the database spares it whoever asks");
        await registry.UseAsync(db => db.RetentionMarks.ExecuteDeleteAsync());
        await registry.Get<IReset>().RemoveAsync(new("station"), default);

        Assert.That(kept.Status, Is.EqualTo(RunStatus.Succeeded));
        Assert.That(await registry.UseAsync(db => db.Shadows.CountAsync()), Is.Zero);
    }

    /// <summary>A champion GRU, two other models, a failed run, and a run of a station without a champion.</summary>
    private static async Task<RegistryUnderTest> StartAsync(Database database)
    {
        var registry = await RegistryUnderTest.ReadyAsync(database);
        await registry.AddRowsAsync(Rows.Dataset(), Rows.Dataset("elsewhere"));
        var lonely = Rows.Run("lonely", "elsewhere");
        (lonely.Identifier, lonely.Status) = (new("other"), RunStatus.Succeeded);
        RunRow[] runs =
        [
            Rows.Run("GRU", RunStatus.Succeeded), Rows.Run("LSTM", RunStatus.Succeeded), Rows.Run("PROPHET", RunStatus.Succeeded),
            Rows.Run("AR", RunStatus.Failed), lonely,
        ];
        foreach (var run in runs.Where(r => r.Status == RunStatus.Succeeded))
            run.ManifestSha256 = "manifest";
        await registry.AddRowsAsync(runs);
        await registry.AddRowsAsync(Rows.Attempt());
        await registry.AddRowsAsync(Rows.Champion(run: "run-GRU"));
        return registry;
    }
}
