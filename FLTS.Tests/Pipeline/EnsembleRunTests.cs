using System.Text.Json.Nodes;
using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>Which run of an ENSEMBLE a pipeline has, whatever becomes of the runs beside it (ADR 19).</summary>
[TestFixture, Parallelizable]
internal sealed class EnsembleRunTests
{
    private const string Both = """{"dataset": "station", "model_types": ["ENSEMBLE", "NAIVE", "EWMA"]}""";

    private static readonly PipelineId _id = new("pipeline");

    [Test]
    public async Task It_is_planned_by_the_identities_of_the_runs_beside_it_and_another_member_makes_another([Values] Stack stack)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);

        var first = await registry.StartPipelineAsync(Both);
        var again = await registry.StartPipelineAsync(Both);
        var other = await registry.StartPipelineAsync(
            """{"dataset": "station", "model_types": ["NAIVE", "EWMA", "ENSEMBLE"], "training": {"EWMA": {"alpha": 0.3}}}""");

        var ewma = await registry.RunOfAsync(first.PipelineId, "EWMA");
        var ensemble = await registry.RunOfAsync(first.PipelineId, "ENSEMBLE");
        var members = JsonNode.Parse(ensemble.Params)!["members"]!.AsArray();
        Assert.Multiple(() =>
        {
            Assert.That(again.PipelineId, Is.EqualTo(first.PipelineId), "the same again is the same");
            Assert.That(members.Select(m => m!["model_type"]!.GetValue<string>()), Is.EqualTo(["EWMA", "NAIVE"]));
            Assert.That(members[0]!["params_hash"]!.GetValue<string>(), Is.EqualTo(ewma.ParamsHash.Value));
            Assert.That(members[0]!["generation"]!.GetValue<int>(), Is.Zero);
        });
        var others = await registry.RunOfAsync(other.PipelineId, "ENSEMBLE");
        Assert.That((others.Generation, others.ParamsHash == ensemble.ParamsHash), Is.EqualTo((0, false)));
    }

    [TestCase("""["ENSEMBLE"]""", "'model_types' lists ENSEMBLE alone")]
    [TestCase("""["ENSEMBLE", "ENSEMBLE", "NAIVE"]""", "lists ENSEMBLE twice")]
    public async Task Without_another_model_it_is_refused(string types, string said)
    {
        await using var registry = await PipelineUnderTest.StartAsync();

        Assert.That(
            () => registry.StartPipelineAsync($$"""{"dataset": "station", "model_types": {{types}}}"""),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(said));
    }

    [Test]
    public async Task It_has_no_hyperparameters_of_its_own()
    {
        await using var registry = await PipelineUnderTest.StartAsync();

        Assert.That(
            () => registry.StartPipelineAsync(
                """{"dataset": "station", "model_types": ["NAIVE", "ENSEMBLE"], "training": {"ENSEMBLE": {"members": []}}}"""),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("ENSEMBLE.members"));
    }

    [TestCase(RunStatus.Queued, RunStatus.Cancelled)]
    [TestCase(RunStatus.Running, RunStatus.Cancelled)]
    [TestCase(RunStatus.Succeeded, RunStatus.Succeeded)]
    public async Task A_member_run_again_puts_another_in_its_place_and_ends_the_one_before_where_it_is_still_made(
        RunStatus before, RunStatus after)
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        RunRow[] members =
            [PipelineUnderTest.Run("ewma", RunStatus.Succeeded, "EWMA"), PipelineUnderTest.Run("naive", RunStatus.Succeeded)];
        await registry.AddAsync("pipeline", 1, [.. members, PipelineUnderTest.Ensemble("old", before, members)]);

        var next = await registry.Get<RerunService>().RerunRunAsync(new("naive"), default);

        var (ensemble, old) = (await registry.RunOfAsync(_id, "ENSEMBLE"), await registry.RunAsync(new("old")));
        var expected = EnsembleParams.Of([members[0], await registry.RunAsync(next.RunId)]);
        Assert.Multiple(() =>
        {
            Assert.That(
                (ensemble.Status, ensemble.Generation, ensemble.Cause, ensemble.Replaces),
                Is.EqualTo((RunStatus.Queued, 0, RunCause.Rerun, (RunId?)new RunId("old"))));
            Assert.That((ensemble.ParamsHash, ensemble.Params), Is.EqualTo((expected.ParamsHash, expected.Params)));
            Assert.That(old.Status, Is.EqualTo(after));
            Assert.That(old.Error, after == RunStatus.Cancelled ? Does.Contain($"NAIVE run {next.RunId}") : Is.Null);
        });
    }

    [Test]
    public async Task It_is_run_again_by_itself_as_its_next_generation()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        var member = PipelineUnderTest.Run("naive", RunStatus.Succeeded);
        await registry.AddAsync("pipeline", 1, member, PipelineUnderTest.Ensemble("old", RunStatus.Failed, member));

        var next = await registry.Get<RerunService>().RerunRunAsync(new("old"), default);

        Assert.That((next.Generation, (await registry.RunOfAsync(_id, "ENSEMBLE")).RunId), Is.EqualTo((1, next.RunId)));
        Assert.That((await registry.RunOfAsync(_id)).RunId, Is.EqualTo(member.RunId), "its members stay");
    }

    [Test]
    public async Task Trained_anew_from_the_stage_on_a_pipeline_gets_the_one_of_its_new_members()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        RunRow[] members = [PipelineUnderTest.Run("ewma", RunStatus.Failed, "EWMA"), PipelineUnderTest.Run("naive", RunStatus.Succeeded)];
        await registry.AddAsync("pipeline", 1, [.. members, PipelineUnderTest.Ensemble("old", RunStatus.Succeeded, members)]);
        await registry.UseAsync(db => db.Pipelines.ExecuteUpdateAsync(
            set => set.SetProperty(p => p.Status, PipelineStatus.Failed).SetProperty(p => p.EndedAt, Rows.Now)));

        var answer = await registry.Get<RerunService>().RerunPipelineAsync(_id, RerunStage.Train, default);

        var runs = await registry.UseAsync(db => db.Runs.AsNoTracking().Where(r => r.Status == RunStatus.Queued).ToListAsync());
        var ensemble = runs.Single(r => r.ModelType == "ENSEMBLE");
        Assert.That(answer.RunIds, Is.EquivalentTo(runs.Select(r => r.RunId)));
        Assert.That(
            EnsembleParams.MembersOf(ensemble).Select(m => (m.ModelType, m.Generation)), Is.EqualTo([("EWMA", 1), ("NAIVE", 1)]));
    }

    /// <summary>The evaluator found both: the one because of the other.</summary>
    [Test]
    public async Task A_corrupt_member_puts_both_anew_into_every_live_pipeline_once_however_often_it_is_asked([Values] Stack stack)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        RunRow[] members = [PipelineUnderTest.Run("ewma", RunStatus.Succeeded, "EWMA"), PipelineUnderTest.Run("naive", RunStatus.Invalid)];
        var ensemble = PipelineUnderTest.Ensemble("old", RunStatus.Invalid, members);
        foreach (var (id, sequence) in new[] { ("first", 1), ("second", 2) })
            await registry.AddAsync(id, sequence, [.. members, ensemble]);
        var repairs = registry.Get<RunRepairs>();

        await RegistryUnderTest.TogetherAsync(8, async i =>
        {
            await Task.Delay(2 * i); // Who replaces the member is in the middle of it when the next one asks for the ENSEMBLE.
            return await repairs.ReplaceAsync(i % 2 == 0 ? members[1] : ensemble, default);
        });
        for (var look = 0; look < 2; look++)
            await registry.Get<Reconciler>().LookAsync(default);

        var runs = await registry.UseAsync(db => db.Runs.AsNoTracking().ToListAsync());
        var alive = runs.Where(r => !RunRules.HasEnded(r.Status)).ToDictionary(r => r.ModelType);
        Assert.That(alive.Keys, Is.EquivalentTo(["NAIVE", "ENSEMBLE"]), "one of each, and what was made in vain is cancelled");
        Assert.That(EnsembleParams.MembersOf(alive["ENSEMBLE"]).Single(m => m.ModelType == "NAIVE").Generation, Is.EqualTo(1));
        foreach (var id in new PipelineId[] { new("first"), new("second") })
        {
            Assert.That((await registry.RunOfAsync(id)).RunId, Is.EqualTo(alive["NAIVE"].RunId));
            Assert.That((await registry.RunOfAsync(id, "ENSEMBLE")).RunId, Is.EqualTo(alive["ENSEMBLE"].RunId));
        }
    }

    [Test]
    public async Task A_newer_pipeline_with_the_same_members_shares_it_and_a_cancelled_one_leaves_it_to_the_other()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        var first = await registry.StartPipelineAsync(Both);
        var second = await registry.StartPipelineAsync(
            """{"dataset": "station", "model_types": ["NAIVE", "EWMA", "ENSEMBLE"], "evaluation": {"evaluation_horizon": 3}}""");
        var ensemble = await registry.RunOfAsync(second.PipelineId, "ENSEMBLE");

        var cancelled = await registry.Get<CancelService>().CancelPipelineAsync(first.PipelineId, default);

        Assert.That((await registry.RunOfAsync(first.PipelineId, "ENSEMBLE")).RunId, Is.EqualTo(ensemble.RunId));
        Assert.That(cancelled.SharedRuns, Does.Contain(ensemble.RunId));
        await registry.Get<CancelService>().CancelPipelineAsync(second.PipelineId, default);
        Assert.That((await registry.RunAsync(ensemble.RunId)).Status, Is.EqualTo(RunStatus.Cancelled));
    }
}
