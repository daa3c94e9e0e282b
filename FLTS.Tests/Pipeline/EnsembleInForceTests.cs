using System.Text.Json;
using FLTS.Modules.Evaluation.Promotion;
using FLTS.Modules.Inference;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>An ENSEMBLE whose pipeline has ended: put in force by hand, served, found corrupt.</summary>
[TestFixture, Parallelizable]
internal sealed class EnsembleInForceTests
{
    [Test]
    public async Task Served_in_the_place_of_its_member_it_shares_the_model_that_is_loaded()
    {
        using var folder = new TemporaryFolder();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Data:Directory"] = folder["serving"] })
            .Build();
        await using var registry = await EnsembleTrainingTests.StartAsync(
            more: services => new InferenceModule().AddServices(services, configuration));
        var id = await EndAsync(registry);
        var (slots, refresher) = (registry.Get<ModelSlots>(), registry.Get<ModelRefresher>());
        await PromoteAsync(registry, new { run_ids = new[] { (await registry.RunOfAsync(id, "AR")).RunId.Value }, force = true });
        await refresher.LookAsync(default);
        var member = slots.All.Single().Loaded;

        var ensemble = await registry.RunOfAsync(id, "ENSEMBLE");
        await PromoteAsync(registry, new { run_ids = new[] { ensemble.RunId.Value }, force = true });
        await refresher.LookAsync(default);

        var served = slots.All.Single();
        Assert.That(served.Loaded.Manifest.RunId, Is.EqualTo(ensemble.RunId));
        Assert.That(served.Loaded.Members, Has.Some.SameAs(member), "the one of before is its member");
        Assert.That(served.Step.Operations, Is.GreaterThan(member.All.Count()), "its members compute, too");
    }

    [Test]
    public async Task A_promotion_by_hand_that_finds_a_member_corrupt_names_both_and_has_both_made_again()
    {
        await using var registry = await EnsembleTrainingTests.StartAsync();
        var id = await EndAsync(registry);
        var (ar, ensemble) = (await registry.RunOfAsync(id, "AR"), await registry.RunOfAsync(id, "ENSEMBLE"));
        await registry.Store.PutAsync(ObjectKeys.Artifact(ar.RunId, ar.Attempt, "AR/model.json"), "{}"u8.ToArray(), default);

        var refused = Assert.ThrowsAsync<InvalidInputException>(
            () => PromoteAsync(registry, new { pipeline_id = id.Value, force = true }))!;
        await registry.WorkAsync();
        await registry.RunStepAsync(StepNames.Evaluate, id.Value);

        Assert.That(refused.Message, Does.Contain($"AR run {ar.RunId}").And.Contain($"ENSEMBLE run {ensemble.RunId}"));
        Assert.That((await registry.RunAsync(ensemble.RunId)).Status, Is.EqualTo(RunStatus.Invalid));
        var again = await registry.RunOfAsync(id, "ENSEMBLE");
        Assert.That((again.Status, again.Replaces), Is.EqualTo((RunStatus.Succeeded, (RunId?)ensemble.RunId)));
        Assert.That(EnsembleParams.MembersOf(again).Single(m => m.ModelType == "AR").Generation, Is.EqualTo(1));
        Assert.That(PipelineRules.HasEnded((await registry.PipelineAsync(id)).Status));
    }

    private static async Task<PipelineId> EndAsync(RegistryUnderTest registry)
    {
        var id = (await registry.StartPipelineAsync(EnsembleTrainingTests.Request)).PipelineId;
        await registry.WorkAsync();
        await registry.RunStepAsync(StepNames.Evaluate, id.Value);
        return id;
    }

    private static Task<PromoteAnswer> PromoteAsync(RegistryUnderTest registry, object request) => registry.Get<PromoteService>()
        .PromoteAsync(PromoteRequest.Parse(JsonSerializer.SerializeToElement(request)), null, default);
}
