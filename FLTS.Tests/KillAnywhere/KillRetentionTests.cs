using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.EndToEnd;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>
/// The process is killed at every place that a look at what is out of use comes by, between removals too, and started again: everything
/// that nobody needs is gone, the champion answers, and every version that one can go back to loads.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All), Category(TestCategories.Slow), Category(TestCategories.Soak)]
internal sealed class KillRetentionTests
{
    private const int Killed = 137;

    private static readonly Dictionary<string, string> _settings = new()
    {
        ["Retention:Enabled"] = "true",
        ["Retention:BestRuns"] = "0",
        ["Retention:RunDays"] = "0.01",
    };

    [TestCaseSource(nameof(Matrix))]
    public async Task Killed_anywhere_what_nobody_needs_is_gone_and_every_champion_still_loads(Stack stack, string point)
    {
        await using var installation = await Installation.CreateAsync(stack);
        await using (var first = installation.Start())
        {
            await first.WaitUntilReadyAsync();
            await first.UseAdminKeyAsync();
            var id = await first.StartPipelineAsync(new JsonObject { ["dataset"] = Installation.Dataset });
            await first.WaitForEndAsync(id);
            await first.PostAsync($"/pipelines/{id}/rerun", [], HttpStatusCode.Accepted);
            await first.WaitForEndAsync(id);
        }

        await installation.WriteAsync(LetTimePassAsync);
        await using (var second = installation.Start(point, settings: _settings))
        {
            Assert.That(
                await second.WaitForExitAsync(),
                Is.EqualTo(Killed),
                $"{point} was not reached:\n{string.Join('\n', second.Output.TakeLast(40))}");
        }

        await installation.WriteAsync(LookAgainAsync);
        await using var third = installation.Start(settings: _settings);
        await third.WaitUntilReadyAsync();
        await third.UseAdminKeyAsync();
        await third.WaitForAsync("the end of what was taken", async () =>
            await installation.ReadAsync(async db =>
                await db.Runs.AnyAsync(r => r.Status == RunStatus.Pruned)
                && !await db.RetentionMarks.AnyAsync(m => m.TakenAt != null)) ? "done" : null);

        // A process that has only just started reads the newest rows first.
        await third.WaitForAsync("a forecast from the newest rows", async () =>
        {
            using var answer = await third.Http.GetAsync(new Uri($"/predict/{Installation.Dataset}?steps=3", UriKind.Relative));
            return answer.IsSuccessStatusCode ? "answered" : null;
        });
        var runs = await installation.ReadAsync(db => db.Runs.AsNoTracking().ToListAsync());
        foreach (var run in runs.Where(r => r.Status == RunStatus.Succeeded))
            await installation.Artifacts.OpenAsync(run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Store, default);
        foreach (var run in runs.Where(r => r.Status == RunStatus.Pruned))
        {
            await foreach (var left in installation.Objects.ListAsync(ObjectKeys.ModelsBucket, ObjectKeys.AllOf(run.RunId).Key, default))
                Assert.Fail($"{left.Key} is left of run {run.RunId}");
        }

        var champions = await installation.ReadAsync(db => db.Champions.Select(c => c.RunId).ToListAsync());
        Assert.That(runs.Where(r => champions.Contains(r.RunId)).Select(r => r.Status), Is.All.EqualTo(RunStatus.Succeeded));
    }

    [Test]
    public async Task Killed_when_the_rows_of_a_dataset_are_gone_its_bytes_go_with_the_next_start([Values] Stack stack)
    {
        await using var installation = await Installation.CreateAsync(stack);
        await using (var first = installation.Start(FaultPoints.OfRemoval))
        {
            await first.WaitUntilReadyAsync();
            await first.UseAdminKeyAsync();
            await first.GetAsync($"/datasets/{Installation.Dataset}");
            Assert.ThrowsAsync<HttpRequestException>(() =>
                first.Http.DeleteAsync(new Uri($"/datasets/{Installation.Dataset}", UriKind.Relative)));
            Assert.That(await first.WaitForExitAsync(), Is.EqualTo(Killed));
        }

        await using var second = installation.Start();
        await second.WaitUntilReadyAsync();
        await second.WaitForAsync("the end of what was taken", async () =>
            await installation.ReadAsync(db => db.RetentionMarks.AnyAsync()) ? null : "done");
        Assert.That(await installation.ReadAsync(db => db.Sources.CountAsync()), Is.Zero);
        await foreach (var left in installation.Objects.ListAsync(ObjectKeys.DatasetBucket, "", default))
            Assert.Fail($"{left.Key} is left");
    }

    [Test]
    public async Task Killed_when_the_rows_of_a_reset_are_gone_their_objects_go_with_the_next_start()
    {
        await using var installation = await Installation.CreateAsync(Stack.Embedded);
        await using (var first = installation.Start())
        {
            await first.WaitUntilReadyAsync();
            await first.UseAdminKeyAsync();
            await first.WaitForEndAsync(await first.StartPipelineAsync(new JsonObject { ["dataset"] = Installation.Dataset }));
        }

        var start = new ProcessStartInfo("dotnet", [ArmedHost.Program, "reset", "--yes", "--data", installation.Data]);
        start.Environment["FLTS_FAULT_POINT"] = FaultPoints.OfReset;
        using (var reset = Process.Start(start)!)
        {
            await reset.WaitForExitAsync();
            Assert.That(reset.ExitCode, Is.EqualTo(Killed));
        }

        await using var second = installation.Start();
        await second.WaitUntilReadyAsync();
        await second.WaitForAsync("the end of what was taken", async () =>
            await installation.ReadAsync(db => db.RetentionMarks.AnyAsync()) ? null : "done");
        Assert.That(await installation.ReadAsync(db => db.Runs.CountAsync()), Is.Zero);
        await foreach (var left in installation.Objects.ListAsync(ObjectKeys.ModelsBucket, "", default))
            Assert.Fail($"{left.Key} is left");
    }

    /// <summary>Runs have ended long ago; those that are in no ledger were seen to be out of use, but for one, which will be.</summary>
    private static async Task<int> LetTimePassAsync(RegistryDbContext db)
    {
        var now = DateTimeOffset.UtcNow;
        var ledger = await db.Champions.Select(c => c.RunId).ToListAsync();
        var unused = await db.Runs.Where(r => !ledger.Contains(r.RunId)).ToListAsync();
        foreach (var run in await db.Runs.ToListAsync())
            run.EndedAt = now.AddDays(-100);

        db.RetentionMarks.AddRange(unused.Skip(1).Select(r =>
            new RetentionMarkRow { Kind = RetentionKind.Run, Id = r.RunId.Value, Since = now.AddDays(-8) }));
        return await db.SaveChangesAsync() + await LookAgainAsync(db);
    }

    /// <summary>The process before looked too, as every process does once an hour: the hour is over.</summary>
    private static Task<int> LookAgainAsync(RegistryDbContext db) =>
        db.RetentionTurns.ExecuteUpdateAsync(set => set.SetProperty(t => t.NextAttemptAt, (DateTimeOffset?)null));

    private static IEnumerable<TestCaseData> Matrix()
    {
        foreach (var point in FaultPoints.OfRetention)
        {
            if (point != FaultPoints.ObjectsRemoved)
                yield return new TestCaseData(Stack.Embedded, point);
            if (point != FaultPoints.ObjectRemoved)
                yield return new TestCaseData(Stack.Full, point);
        }

        for (var time = 2; time <= 15; time++)
            yield return new TestCaseData(Stack.Embedded, $"{FaultPoints.ObjectRemoved}#{time}");
    }
}
