using System.Net;
using FLTS.Tests.EndToEnd;
using FLTS.Tests.Host;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Faults;

/// <summary>A message is a wake-up call: one about nothing, or of which nothing can be read, wakes nobody and holds nobody up.</summary>
[TestFixture, Parallelizable]
internal sealed class PoisonTests
{
    private static readonly ObjectReference _nowhere = new("models", "../../keys/admin.key", "0");

    /// <summary>Of each event one that is well-formed and about nothing, and one whose members are null.</summary>
    private static readonly object[] _poison =
    [
        new DatasetReady(new("nowhere"), new("demo"), new("nowhere"), _nowhere, _nowhere, _nowhere, -1, int.MaxValue, ["a"]),
        new DatasetReady(default, default, null, null!, null!, null!, 0, 0, null!),
        new InferenceDataReady(new("nowhere"), new("demo"), _nowhere, -1),
        new InferenceDataReady(default, default, null!, 0),
        new ModelTraining(new("nowhere"), "TAROT", new("nowhere"), new("nowhere"), new("demo"), "SUCCESS", null),
        new ModelTraining(default, null!, default, default, default, null!, null),
        new ModelSelected(new(
            new("demo"), new("nowhere"), new("nowhere"), "TAROT", "file:///etc/passwd", double.MaxValue, null, null, null, null!,
            DateTimeOffset.MaxValue, new("nowhere"), int.MaxValue)),
        new ModelSelected(null!),
        new ForecastScored(new("nowhere"), new("demo"), new("nowhere"), "TAROT", "never", "never", -1, null, null, null),
        new ForecastScored(default, default, default, null!, null!, null!, 0, null, null, null),
        new MeasurementsStored(new("nowhere"), DateTimeOffset.MaxValue),
        new MeasurementsStored(default, default),
    ];

    [Test]
    public async Task Messages_about_nothing_hold_up_no_pipeline_and_no_forecast()
    {
        using var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "demo", 400);
        await using var host = await RunningHost.StartAsync(
            settings: new Dictionary<string, string?>(Stations.SmallModels.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            {
                ["Datasets:Folder"] = folder["datasets"],
                ["Pipeline:ReconcileSeconds"] = "3600", // Nothing but messages wakes anybody.
                ["Inference:RefreshSeconds"] = "3600",
            }).ReadyAsync();
        var bus = host.App.Services.GetRequiredService<IBus>();
        for (var i = 0; i < 5; i++)
        {
            foreach (var message in _poison)
                await bus.Publish(message, message.GetType());
        }

        using var body = new StringContent("""{"dataset": "demo", "model_types": ["NAIVE"]}""", null, "application/json");
        var started = await host.AskAsync(HttpMethod.Post, "/pipelines", body).ExpectAsync(HttpStatusCode.Accepted);

        Assert.That(await UntilAsync(host, $"/pipelines/{started.Text("pipeline_id")}", "\"promoted\""), Is.True, "promoted");
        Assert.That(await UntilAsync(host, "/predict/demo?steps=2", "\"predictions\""), Is.True, "served");
    }

    private static async Task<bool> UntilAsync(RunningHost host, string path, string told)
    {
        for (var i = 0; i < 1200; i++)
        {
            using var answer = await host.SendAsync(HttpMethod.Get, path, withKey: true);
            if ((await answer.Content.ReadAsStringAsync()).Contains(told, StringComparison.Ordinal))
                return true;
            await Task.Delay(100);
        }

        return false;
    }
}
