using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.EndToEnd;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>A training that kills its process whenever it is taken up.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class DeadlyTrainingTests
{
    /// <summary>Before the first epoch: later the checkpoint would bring the training on with every death.</summary>
    private const string Deadly = "train.begun";
    private const int Deaths = 3;

    [Test, Category(TestCategories.Soak)]
    public async Task In_one_process_it_fails_after_three_deaths_and_every_start_serves_before_it_trains()
    {
        await using var installation = await Installation.CreateAsync(Stack.Embedded);
        await using (var healthy = installation.Start())
            await PromoteReferenceAsync(healthy);

        string id;
        await using (var first = installation.Start(Deadly))
        {
            id = await AskForDeathAsync(first);
            await first.WaitForExitAsync();
        }

        for (var death = 2; death <= Deaths; death++)
        {
            await using var next = installation.Start(Deadly);
            await next.WaitForExitAsync();
            var events = next.Logs.Select(l => l["event"]?.GetValue<string>()).ToList();
            Assert.That(events, Does.Contain("train_start"), $"it died of something else: {string.Join('\n', next.Output.TakeLast(30))}");
            Assert.That(events.IndexOf("model_loaded"), Is.InRange(0, events.IndexOf("train_start")), "serving comes first");
        }

        await using var last = installation.Start(Deadly);
        await last.WaitUntilReadyAsync();
        await last.UseAdminKeyAsync();
        await CheckFailedAsync(installation, last, id);
    }

    [Test, Category(TestCategories.Soak)]
    [Category(TestCategories.Servers)]
    public async Task In_a_process_apart_it_fails_after_three_deaths_and_serving_never_notices()
    {
        await using var installation = await Installation.CreateAsync(Stack.Full);
        await using var serving = installation.Start(settings: new Dictionary<string, string>
        {
            ["Modules:Enabled:0"] = "Preprocessing",
            ["Modules:Enabled:1"] = "References",
            ["Modules:Enabled:2"] = "Evaluation",
            ["Modules:Enabled:3"] = "Inference",
            ["Modules:Enabled:4"] = "Pipeline",
        });
        await PromoteReferenceAsync(serving);
        var id = await AskForDeathAsync(serving);
        for (var death = 1; death <= Deaths; death++)
        {
            await using var trainer = Trainer(installation);
            await trainer.WaitForExitAsync();
            await serving.PostAsync("/predict", []); // expects 200
        }

        await using var last = Trainer(installation);
        await CheckFailedAsync(installation, serving, id);
        Assert.That(last.HasExited, Is.False);
    }

    private static FltsProcess Trainer(Installation installation) => installation.Start(
        Deadly, data: installation.Beside("trainer"), settings: new Dictionary<string, string> { ["Modules:Enabled:0"] = "Gru" });

    private static async Task PromoteReferenceAsync(FltsProcess flts)
    {
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        var id = await flts.StartPipelineAsync(
            new JsonObject { ["dataset"] = Installation.Dataset, ["model_types"] = new JsonArray("NAIVE") });
        var ended = await flts.WaitForEndAsync(id);
        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        await flts.WaitForModelAsync();
    }

    private static async Task<string> AskForDeathAsync(FltsProcess flts)
    {
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        return await flts.StartPipelineAsync(new JsonObject { ["dataset"] = Installation.Dataset, ["model_types"] = new JsonArray("GRU") });
    }

    private static async Task CheckFailedAsync(Installation installation, FltsProcess serving, string pipelineId)
    {
        var ended = await serving.WaitForEndAsync(pipelineId);
        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("failed"), ended.ToJsonString());
        var run = await installation.ReadAsync(db => db.Runs.AsNoTracking().SingleAsync(r => r.ModelType == "GRU"));
        Assert.That((run.Status, run.Deaths, run.Attempt), Is.EqualTo((RunStatus.Failed, Deaths, Deaths)));
        Assert.That(run.Error, Does.StartWith($"worker died {Deaths} times"));
        await serving.WaitForModelAsync();
        await serving.PostAsync("/predict", []); // expects 200
        Assert.That(
            (await serving.GetAsync($"/champions/{Installation.Dataset}"))["in_force"]!["model_type"]!.GetValue<string>(),
            Is.EqualTo("NAIVE"));
    }
}
