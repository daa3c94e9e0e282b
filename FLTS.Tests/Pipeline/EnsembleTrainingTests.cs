using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>An ENSEMBLE on its whole way, with the real services: made of what is there, verified with its members, made again.</summary>
[TestFixture, Parallelizable]
internal sealed class EnsembleTrainingTests
{
    /// <summary>
    /// On data that an autoregression knows best, without the seven seasons that the references with a season need: AR is a member.
    /// </summary>
    internal const string Request =
        """
        {"dataset": "station", "model_types": ["AR", "EWMA", "ENSEMBLE"], "preprocessing": {"validation_fraction": 0.4}}
        """;

    [Test]
    public async Task It_is_made_when_the_others_are_settled_names_its_members_and_stands_on_the_scoreboard([Values] Stack stack)
    {
        await using var registry = await StartAsync(stack);
        var id = (await registry.StartPipelineAsync(Request)).PipelineId;

        await registry.WorkAsync();

        var (ar, ewma) = (await registry.RunOfAsync(id, "AR"), await registry.RunOfAsync(id, "EWMA"));
        var ensemble = await registry.RunOfAsync(id, "ENSEMBLE");
        Assert.That((ensemble.Status, ensemble.Attempt), Is.EqualTo((RunStatus.Succeeded, 1)), ensemble.Error);
        Assert.That(ensemble.StartedAt, Is.GreaterThanOrEqualTo(ar.EndedAt!).And.GreaterThanOrEqualTo(ewma.EndedAt!));
        var stored = await registry.Get<IArtifactStore>()
            .OpenAsync(ensemble.RunId, ensemble.Attempt, ensemble.ManifestSha256!, ArtifactSource.Store, default);
        Assert.That(
            stored.Manifest.Members!.Single(m => m.ModelType == "AR"),
            Is.EqualTo(new ManifestMember(ar.RunId, ar.Attempt, "AR", ar.ManifestSha256!)));
        Assert.That(stored.Files.Keys, Does.Contain("ENSEMBLE/model.json").And.Contain("residuals/knots.parquet"));
        Assert.That(
            (await registry.Get<RunReader>().FindAsync(ensemble.RunId, default)).Members.Select(m => m.MemberRunId),
            Is.EquivalentTo(stored.Manifest.Members!.Select(m => m.RunId)));

        var ended = await EvaluateAsync(registry, id);
        Assert.That(ended.Status, Is.EqualTo(PipelineStatus.Promoted), ended.Error);
        var board = await registry.UseAsync(db => db.Scoreboards.Select(s => s.Board).SingleAsync());
        Assert.That(
            JsonNode.Parse(board)!["entries"]!.AsArray()
                .Where(e => e!["kind"]!.GetValue<string>() == "candidate" && e["score"] is not null)
                .Select(e => e!["model_type"]!.GetValue<string>()),
            Is.EquivalentTo(["AR", "EWMA", "ENSEMBLE"]));
        var horizons = await registry.Get<RunReader>().HorizonsAsync(ensemble.RunId, default);
        Assert.That(horizons.Leads[0]!["weights"]!["AR"]!.GetValue<double>(), Is.InRange(0.03, 1), "who counts how much at which lead");
    }

    [Test]
    public async Task A_member_that_has_no_model_is_left_out_and_named()
    {
        await using var registry = await StartAsync();
        var id = (await registry.StartPipelineAsync(Request)).PipelineId;
        var ewma = await registry.RunOfAsync(id, "EWMA");
        await registry.Get<CancelService>().CancelRunAsync(ewma.RunId, default);

        await registry.WorkAsync();

        var ensemble = await registry.RunOfAsync(id, "ENSEMBLE");
        Assert.That(ensemble.Status, Is.EqualTo(RunStatus.Succeeded), ensemble.Error);
        Assert.That(
            JsonNode.Parse(ensemble.Metrics!)!["warnings"]!.AsArray().Select(w => w!.GetValue<string>()),
            Has.Some.EqualTo($"left out: EWMA run {ewma.RunId} is cancelled: cancelled by hand"));
    }

    [Test]
    public async Task Without_any_member_it_fails_with_a_sentence_and_so_does_the_pipeline()
    {
        await using var registry = await StartAsync();
        var id = (await registry.StartPipelineAsync(Request)).PipelineId;
        foreach (var type in new[] { "AR", "EWMA" })
            await registry.Get<CancelService>().CancelRunAsync((await registry.RunOfAsync(id, type)).RunId, default);

        await registry.WorkAsync();
        var ended = await EvaluateAsync(registry, id);

        var ensemble = await registry.RunOfAsync(id, "ENSEMBLE");
        Assert.That((ensemble.Status, ended.Status), Is.EqualTo((RunStatus.Failed, PipelineStatus.Failed)));
        Assert.That(ensemble.Error, Does.Contain("none of them is there").And.Contain("AR run").And.Contain("cancelled by hand"));
        var attempt = await registry.UseAsync(db => db.PromotionAttempts.AsNoTracking().SingleAsync());
        Assert.That(attempt.Missing, Does.Contain("ENSEMBLE"));
    }

    [Test]
    public async Task It_does_not_count_for_min_candidates()
    {
        await using var registry = await StartAsync();
        var id = (await registry.StartPipelineAsync(
            """{"dataset": "station", "model_types": ["AR", "ENSEMBLE"], "evaluation": {"min_candidates": 2}}""")).PipelineId;
        await registry.WorkAsync();

        var ended = await EvaluateAsync(registry, id);

        var ensemble = await registry.RunOfAsync(id, "ENSEMBLE");
        Assert.That((ended.Status, ensemble.Status), Is.EqualTo((PipelineStatus.Failed, RunStatus.Succeeded)));
        Assert.That(ended.Error, Does.StartWith("1 of at least 2 candidates have a model"));
    }

    [Test]
    public async Task A_person_may_promote_it_by_its_name_alone()
    {
        await using var registry = await StartAsync();
        var id = (await registry.StartPipelineAsync(Request)).PipelineId;
        await registry.WorkAsync();
        await EvaluateAsync(registry, id);
        var ensemble = await registry.RunOfAsync(id, "ENSEMBLE");

        var request = JsonSerializer.SerializeToElement(new { run_ids = new[] { ensemble.RunId.Value }, force = true });
        await registry.Get<PromoteService>().PromoteAsync(PromoteRequest.Parse(request), null, default);

        var champion = await registry.UseAsync(db => db.Champions.OrderByDescending(c => c.Version).FirstAsync());
        Assert.That(champion.RunId, Is.EqualTo(ensemble.RunId));
    }

    [TestCase(false, Description = "the evaluation finds it")]
    [TestCase(true, Description = "whoever makes the ENSEMBLE finds it")]
    public async Task A_corrupt_member_is_made_again_and_the_ENSEMBLE_with_it(bool isEarly)
    {
        await using var registry = await StartAsync();
        var id = (await registry.StartPipelineAsync(Request)).PipelineId;
        await WorkButAsync(registry, id, "ENSEMBLE");
        if (!isEarly)
            await registry.WorkAsync();
        var (ar, before) = (await registry.RunOfAsync(id, "AR"), await registry.RunOfAsync(id, "ENSEMBLE"));
        await registry.Store.PutAsync(ObjectKeys.Artifact(ar.RunId, ar.Attempt, "scaler/scaler.json"), "{}"u8.ToArray(), default);

        await registry.RunStepAsync(isEarly ? StepNames.Train : StepNames.Evaluate, isEarly ? before.RunId.Value : id.Value);
        var (found, held) = (await registry.RunAsync(ar.RunId), await registry.RunAsync(before.RunId));
        await registry.WorkAsync();
        var ended = await EvaluateAsync(registry, id);

        var (again, ensemble) = (await registry.RunOfAsync(id, "AR"), await registry.RunOfAsync(id, "ENSEMBLE"));
        Assert.Multiple(() =>
        {
            Assert.That(found.Status, Is.EqualTo(RunStatus.Invalid));
            Assert.That(held.Status, Is.EqualTo(isEarly ? RunStatus.Queued : RunStatus.Invalid));
            Assert.That(held.Error, Does.Contain($"member AR run {ar.RunId}").And.Contain("scaler/scaler.json"));
            Assert.That((again.Generation, again.Status, again.Replaces), Is.EqualTo((1, RunStatus.Succeeded, (RunId?)ar.RunId)));
            Assert.That((ensemble.Status, ensemble.Replaces), Is.EqualTo((RunStatus.Succeeded, (RunId?)before.RunId)));
            Assert.That(EnsembleParams.MembersOf(ensemble).Single(m => m.ModelType == "AR").Generation, Is.EqualTo(1));
            Assert.That(ended.Status, Is.EqualTo(PipelineStatus.Promoted), ended.Error);
        });
        Assert.That((await registry.RunAsync(before.RunId)).Status, Is.EqualTo(isEarly ? RunStatus.Cancelled : RunStatus.Invalid));
    }

    [Test]
    public async Task A_corrupt_member_that_is_not_made_again_is_left_out()
    {
        await using var registry = await StartAsync();
        var id = (await registry.StartPipelineAsync(
            """
            {"dataset": "station", "model_types": ["AR", "EWMA", "ENSEMBLE"], "evaluation": {"auto_retrain_invalid": false}}
            """)).PipelineId;
        await WorkButAsync(registry, id, "ENSEMBLE");
        var ar = await registry.RunOfAsync(id, "AR");
        await registry.Store.PutAsync(ObjectKeys.Manifest(ar.RunId, ar.Attempt), "{}"u8.ToArray(), default);
        var ensemble = await registry.RunOfAsync(id, "ENSEMBLE");

        await registry.RunStepAsync(StepNames.Train, ensemble.RunId.Value);
        await registry.RunStepAsync(StepNames.Train, ensemble.RunId.Value);

        ensemble = await registry.RunAsync(ensemble.RunId);
        Assert.That(ensemble.Status, Is.EqualTo(RunStatus.Succeeded), ensemble.Error);
        Assert.That(ensemble.Metrics, Does.Contain($"left out: AR run {ar.RunId} is invalid"));
    }

    [Test]
    public async Task A_job_that_comes_before_its_time_does_nothing()
    {
        await using var registry = await StartAsync();
        var id = (await registry.StartPipelineAsync(Request)).PipelineId;
        await WorkButAsync(registry, id, "AR", "ENSEMBLE");
        var ensemble = await registry.RunOfAsync(id, "ENSEMBLE");

        await registry.RunStepAsync(StepNames.Train, ensemble.RunId.Value);

        ensemble = await registry.RunAsync(ensemble.RunId);
        Assert.That((ensemble.Status, ensemble.Attempt, ensemble.LeaseToken), Is.EqualTo((RunStatus.Queued, 0, 0L)));
    }

    [Test]
    public async Task It_is_loaded_whole_or_not_at_all_and_shares_a_member_that_is_loaded()
    {
        await using var registry = await StartAsync();
        var id = (await registry.StartPipelineAsync(Request)).PipelineId;
        await registry.WorkAsync();
        var (ar, ensemble) = (await registry.RunOfAsync(id, "AR"), await registry.RunOfAsync(id, "ENSEMBLE"));
        var loader = registry.Get<ModelLoader>();
        using var member = await LoadAsync(ar);

        using (var shared = await LoadAsync(ensemble, (run, _) => run == ar.RunId && member.TryShare() ? member : null))
        {
            Assert.That(shared.Members, Has.Some.SameAs(member));
            Assert.That(shared.Bytes, Is.GreaterThan(member.Bytes), "what its members hold counts");
        }

        Assert.That(member.TryShare(), Is.True, "it is the first owner's still");
        member.Dispose();
        await registry.Store.PutAsync(ObjectKeys.Artifact(ar.RunId, ar.Attempt, "AR/model.json"), "{}"u8.ToArray(), default);
        var refused = Assert.ThrowsAsync<CorruptMemberException>(() => LoadAsync(ensemble))!;
        Assert.That(refused.Member, Is.EqualTo(ar.RunId));
        Assert.That(refused.Message, Does.Contain($"member AR run {ar.RunId}").And.Contain("AR/model.json"));

        Task<LoadedModel> LoadAsync(RunRow run, Func<RunId, int, LoadedModel?>? share = null) =>
            loader.LoadAsync(run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Store, default, share);
    }

    internal static async Task<RegistryUnderTest> StartAsync(Stack stack = Stack.Embedded, Action<IServiceCollection>? more = null)
    {
        var registry = await PipelineUnderTest.StartAsync(stack, more);
        var (random, text) = (new Random(5), new StringBuilder("time,a,b\n"));
        var (a, b) = (0.0, 0.0);
        for (var hour = 0; hour < 190; hour++)
        {
            (a, b) = ((0.8 * a) - (0.3 * b) + random.NextDouble(), (0.5 * a) + (0.4 * b) + random.NextDouble());
            text.AppendLine(CultureInfo.InvariantCulture, $"{new DateTime(2026, 1, 5).AddHours(hour):yyyy-MM-dd HH:mm:ss},{a},{b}");
        }

        await File.WriteAllTextAsync(Path.Combine(registry.DatasetsFolder, "station.csv"), text.ToString());
        return registry;
    }

    /// <summary>Prepares the data and trains what is not of these types.</summary>
    private static async Task WorkButAsync(RegistryUnderTest registry, PipelineId id, params string[] types)
    {
        var pipeline = await registry.PipelineAsync(id);
        await registry.RunStepAsync(StepNames.Preprocess, pipeline.ConfigHash.Value);
        foreach (var run in pipeline.Runs.Where(r => !types.Contains(r.ModelType)))
            await registry.RunStepAsync(StepNames.Train, run.RunId.Value);
    }

    private static async Task<PipelineRow> EvaluateAsync(RegistryUnderTest registry, PipelineId id)
    {
        await registry.RunStepAsync(StepNames.Evaluate, id.Value);
        return await registry.PipelineAsync(id);
    }
}
