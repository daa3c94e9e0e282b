using System.Data;
using System.Text.Json;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using FLTS.Tests.EndToEnd;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>
/// Killed at any moment, again and again, while people promote, roll back, cancel and run again, several at once. What the rows say is
/// whole after every kill, and all comes to an end when the killing does. On PostgreSQL two processes share the work and one of them dies
/// at a time. Where it is killed, a clock decides: the seed alone repeats no story.
/// </summary>
[TestFixture, NonParallelizable, Category(TestCategories.Slow)]
internal sealed class RandomKillsTests
{
    private const int Kills = 20;

    [Test, Category(TestCategories.Soak)]
    public async Task Killed_at_any_moment_the_rows_are_whole_and_everything_comes_to_an_end([Values] Stack stack)
    {
        await using var installation = await Installation.CreateAsync(stack);
        var random = new Random(stack == Stack.Full ? 11 : 7);
        var operators = new Operators([Installation.Dataset], random.Next());
        await using var second = stack == Stack.Full ? await StartAsync(installation, "second-machine") : null;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var flts = await StartAsync(installation, null);
            using var stop = new CancellationTokenSource();
            var asking = new[] { flts, second }.OfType<FltsProcess>().Select(p => operators.AskAsync(p, stop.Token)).ToList();
            await Task.Delay(TimeSpan.FromSeconds(random.Next(1, 12) * random.NextDouble()));
            flts.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(asking);
            Assert.That(await BrokenAsync(installation), Is.Empty, $"after kill {kill}");
        }

        await using var last = await StartAsync(installation, null);
        foreach (var id in await installation.ReadAsync(db => db.Pipelines.Select(p => p.PipelineId).ToListAsync()))
            await last.WaitForEndAsync(id.Value);

        Assert.That(await BrokenAsync(installation), Is.Empty, "at the end");
        Assert.That(operators.Accidents, Is.Empty);
        await CheckEndAsync(installation, last);
    }

    private static async Task<FltsProcess> StartAsync(Installation installation, string? machine)
    {
        var flts = installation.Start(data: machine is null ? null : installation.Beside(machine), settings: new Dictionary<string, string>
        {
            ["Pipeline:ReconcileSeconds"] = "0.5",
            ["Pipeline:PointerSeconds"] = "1",
            ["Inference:RefreshSeconds"] = "0.5",
        });
        await flts.WaitUntilAliveAsync();
        await flts.UseAdminKeyAsync();
        return flts;
    }

    /// <summary>What no moment may show.</summary>
    private static Task<List<string>> BrokenAsync(Installation installation) => installation.ReadAsync(async db =>
    {
        var broken = new List<string>();
        if (!(await db.Database.GetAppliedMigrationsAsync()).Any())
            return broken;

        // All of one moment: on PostgreSQL the other process goes on meanwhile.
        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        var champions = await db.Champions.AsNoTracking().OrderBy(c => c.Version).ToListAsync();
        var attempts = await db.PromotionAttempts.AsNoTracking().ToDictionaryAsync(a => a.AttemptId);
        var pipelines = await db.Pipelines.AsNoTracking().ToListAsync();
        var runs = await db.Runs.AsNoTracking().Include(r => r.Artifacts).ToListAsync();
        foreach (var ledger in champions.GroupBy(c => c.Identifier))
        {
            Require(ledger.Select(c => c.Version).SequenceEqual(Enumerable.Range(1, ledger.Count())), $"versions of {ledger.Key}");
            Require(ledger.Select(c => c.Sequence).Order().SequenceEqual(ledger.Select(c => c.Sequence)), $"sequences of {ledger.Key}");
        }

        foreach (var champion in champions)
            Require(
                attempts[champion.AttemptId] is { Outcome: AttemptOutcome.Promoted } a && a.SelectedRunId == champion.RunId,
                $"the attempt of version {champion.Version}");
        foreach (var attempt in attempts.Values.Where(a => a.Outcome == AttemptOutcome.Promoted))
            Require(champions.Count(c => c.AttemptId == attempt.AttemptId) == 1, $"the champion of attempt {attempt.AttemptId}");
        foreach (var pipeline in pipelines)
        {
            Require(
                pipeline.EndedAt is null || attempts.Values.All(a => a.PipelineId != pipeline.PipelineId || a.EndedAt is not null),
                $"an open attempt of ended pipeline {pipeline.PipelineId}");
            Require(
                pipeline.AttemptId is not { } ended || attempts[ended].EndedAt is not null,
                $"the attempt that ended pipeline {pipeline.PipelineId}");
        }

        foreach (var run in runs)
            Require(
                run.Status != RunStatus.Succeeded || (run.ManifestSha256 is not null && run.Artifacts.Count > 0 && run.EndedAt is not null),
                $"succeeded run {run.RunId}");
        foreach (var identity in runs.GroupBy(r => (r.ConfigHash, r.ModelType, r.ParamsHash)))
        {
            // Two pipelines that share a model and are both run again train a generation each: that is asked for.
            Require(
                identity.Select(r => r.Generation).Order().SequenceEqual(Enumerable.Range(0, identity.Count())),
                $"generations of {identity.Key}");
        }

        var has = await db.PipelineRuns.AsNoTracking().ToListAsync();
        foreach (var pipeline in has.GroupBy(h => h.PipelineId, h => runs.Single(r => r.RunId == h.RunId)))
        {
            if (pipeline.SingleOrDefault(r => r.ModelType == "ENSEMBLE") is { } ensemble)
                Require(
                    EnsembleParams.MembersOf(ensemble).ToHashSet().SetEquals(
                        pipeline.Where(r => r != ensemble).Select(r => (r.ModelType, r.ParamsHash, r.Generation))),
                    $"the ENSEMBLE of pipeline {pipeline.Key}");
        }

        return broken;

        void Require(bool holds, string what)
        {
            if (!holds)
                broken.Add(what);
        }
    });

    private static async Task CheckEndAsync(Installation installation, FltsProcess flts)
    {
        var champion = await installation.ReadAsync(db => db.Champions.AsNoTracking().OrderByDescending(c => c.Version).FirstAsync());
        await flts.WaitForAsync("the champion's version at work", async () =>
            (await flts.GetAsync("/models/loaded"))["items"]!.AsArray().FirstOrDefault()?["version"]!.GetValue<int>() == champion.Version
                ? "served"
                : null);
        await flts.PostAsync("/predict", []); // expects 200
        await flts.WaitForAsync("a pointer that says what the ledger says", async () =>
        {
            using var bytes = await installation.Objects.ReadAllAsync(ObjectKeys.Pointer(champion.Identifier), default);
            return JsonSerializer.Deserialize<PromotionPointer>(bytes.ToArray(), RegistryJson.Options)!.AttemptId == champion.AttemptId
                ? "right"
                : null;
        });
        var alive = await installation.ReadAsync(db => db.Runs.Alive().CountAsync());
        Assert.That(alive, Is.Zero, "runs that nobody needs any more");
        foreach (var run in await installation.ReadAsync(db =>
            db.Runs.AsNoTracking().Where(r => r.Status == RunStatus.Succeeded).ToListAsync()))
            await installation.Artifacts.OpenAsync(run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Store, default);
    }
}
