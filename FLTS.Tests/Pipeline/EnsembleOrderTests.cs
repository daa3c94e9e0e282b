using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>
/// Jobs of a pipeline with an ENSEMBLE come too early, twice and in any order, while people run its runs again and cancel them and
/// artifacts rot: it ends, once, with the ENSEMBLE of the runs beside it.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class EnsembleOrderTests
{
    private const int Steps = 25;

    [Test]
    public Task In_any_order_it_ends_with_the_one_of_the_runs_beside_it([Range(1, 3)] int seed) => CheckAsync(seed);

    [Test, Category(TestCategories.Soak)]
    public async Task In_any_order_it_ends_with_the_one_of_the_runs_beside_it_in_sixty_stories()
    {
        for (var seed = 100; seed < 160; seed++)
            await CheckAsync(seed);
    }

    private static async Task CheckAsync(int seed)
    {
        await using var registry = await EnsembleTrainingTests.StartAsync();
        var (random, told) = (new Random(seed), new List<string>());
        var id = (await registry.StartPipelineAsync(EnsembleTrainingTests.Request)).PipelineId;
        for (var step = 0; step < Steps; step++)
            told.Add(await StepAsync(registry, id, random));

        for (var look = 0; look < 12 && !PipelineRules.HasEnded((await registry.PipelineAsync(id)).Status); look++)
        {
            await registry.ExecuteAsync("UPDATE runs SET next_attempt_at = NULL"); // What waits for its next try has waited.
            await registry.WorkAsync();
            foreach (var job in registry.Get<RecordingJobs>().All.Distinct().Select(j => j.Split(' '))) // Those of the story come late.
                await registry.RunStepAsync(job[0], job[1]);
        }

        var story = $"seed {seed}: {string.Join(", ", told)}";
        var ended = await registry.PipelineAsync(id);
        var runs = await registry.UseAsync(db => db.Runs.AsNoTracking().ToListAsync());
        var has = ended.Runs.Select(h => runs.Single(r => r.RunId == h.RunId)).ToDictionary(r => r.ModelType);
        var open = await registry.UseAsync(db => db.PromotionAttempts.CountAsync(a => a.EndedAt == null));
        Assert.Multiple(() =>
        {
            Assert.That(PipelineRules.HasEnded(ended.Status), $"it is {ended.Status}; {story}");
            Assert.That(runs.Where(r => !RunRules.HasEnded(r.Status)), Is.Empty, story);
            Assert.That(open, Is.Zero, story);
            Assert.That(
                EnsembleParams.MembersOf(has["ENSEMBLE"]),
                Is.EquivalentTo(new[] { "AR", "EWMA" }.Select(t => (t, has[t].ParamsHash, has[t].Generation))),
                story);
        });
        var isSpoiled = told.Exists(t => t.StartsWith("spoil", StringComparison.Ordinal));
        if (!isSpoiled && has["ENSEMBLE"] is { Status: RunStatus.Succeeded } ensemble)
        {
            using var loaded = await registry.Get<ModelLoader>()
                .LoadAsync(ensemble.RunId, ensemble.Attempt, ensemble.ManifestSha256!, ArtifactSource.Store, default);
            Assert.That(loaded.Members.Select(m => m.Manifest.RunId), Is.SubsetOf(has.Values.Select(r => r.RunId)), story);
        }
    }

    private static async Task<string> StepAsync(RegistryUnderTest registry, PipelineId id, Random random)
    {
        var pipeline = await registry.PipelineAsync(id);
        var run = await registry.RunAsync(pipeline.Runs[random.Next(pipeline.Runs.Count)].RunId);
        var name = $"{run.ModelType}/{run.Generation}";
        try
        {
            switch (random.Next(12))
            {
                case < 2:
                    await registry.RunStepAsync(StepNames.Preprocess, pipeline.ConfigHash.Value);
                    return "preprocess";
                case < 6:
                    await registry.RunStepAsync(StepNames.Train, run.RunId.Value);
                    return $"train {name}";
                case < 8:
                    await registry.RunStepAsync(StepNames.Evaluate, id.Value);
                    return "evaluate";
                case 8:
                    await registry.Get<Reconciler>().LookAsync(default);
                    return "look";
                case 9:
                    await registry.Get<RerunService>().RerunRunAsync(run.RunId, default);
                    return $"rerun {name}";
                case 10:
                    await registry.Get<CancelService>().CancelRunAsync(run.RunId, default);
                    return $"cancel {name}";
                default:
                    if (run.Status != RunStatus.Succeeded)
                        return "nothing";
                    await registry.Store.PutAsync(
                        ObjectKeys.Artifact(run.RunId, run.Attempt, "scaler/scaler.json"), "{}"u8.ToArray(), default);
                    return $"spoil {name}";
            }
        }
        catch (ConflictException)
        {
            return "refused";
        }
    }
}
