using System.Buffers.Binary;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Training;
using FLTS.Tests.Registry;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Training;

/// <summary>Trainings that may not or cannot go on, and the picture of those that do.</summary>
[TestFixture, Parallelizable]
internal sealed class TrainingEndTests
{
    [TestCase("GRU", """{"hidden_size": 128, "epochs": 1000, "batch_size": 8}""")]
    [TestCase(
        "LIGHTGBM",
        """{"num_iterations": 5000, "num_leaves": 1024, "min_data_in_leaf": 1, "early_stopping_rounds": 1000, "lambda_l2": 1e6,"""
        + """ "learning_rate": 0.001}""")]
    public async Task A_training_that_takes_longer_than_the_limit_fails_and_names_the_setting(string type, string parameters)
    {
        await using var registry = await Steps.ReadyAsync(
            Stack.Embedded, services => services.AddSingleton(new TrainingOptions { TimeLimitSeconds = 1 }));
        var row = await TrainAsync(registry, type, parameters);

        Assert.That((row.Status, row.ManifestSha256, row.LeaseOwner), Is.EqualTo((RunStatus.Failed, (string?)null, (string?)null)));
        Assert.That(row.Error, Is.EqualTo("The training took longer than 1 s (Training:TimeLimitSeconds)."));
        Assert.That(registry.Get<Staging>().RunIds(), Is.Empty, "its checkpoint is of no use to anybody");
    }

    [Test]
    public async Task The_loss_curve_is_a_picture_among_the_artifacts()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var row = await TrainAsync(registry, "LSTM", """{"hidden_size": 4, "epochs": 3}""");
        var stored = await registry.Get<IArtifactStore>().OpenAsync(row.RunId, row.Attempt, row.ManifestSha256!, default);

        var png = stored.Files["plots/loss_curve.png"];

        Assert.That(png.AsSpan(0, 8).ToArray(), Is.EqualTo(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10 }));
        Assert.That(
            (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))),
            Is.EqualTo((900, 540)));
    }

    private static async Task<RunRow> TrainAsync(RegistryUnderTest registry, string type, string parameters)
    {
        var queued = await registry.QueueRunAsync(await registry.PrepareDemoAsync(), type, JsonNode.Parse(parameters)!.AsObject());
        await registry.RunStepAsync(StepNames.Train, queued.RunId.Value);
        return await registry.RunAsync(queued.RunId);
    }
}
