using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Training;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Training;

[TestFixture, Parallelizable]
internal sealed class TrainingCancelTests
{
    [Test]
    public async Task A_training_that_was_cancelled_by_its_row_stops_and_leaves_nothing_behind([Values] Stack stack)
    {
        await using var registry = await Steps.ReadyAsync(stack);
        var queued = await registry.QueueRunAsync(
            await registry.PrepareDemoAsync(), "GRU", new JsonObject { ["hidden_size"] = 128, ["epochs"] = 1000, ["patience"] = 1000 });
        var training = TrainAsync(registry, queued);
        while ((await registry.RunAsync(queued.RunId)).Epoch is null && !training.IsCompleted)
            await Task.Delay(20);

        var staged = StagedFiles(registry);
        await registry.UseAsync(db =>
            db.Runs.ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Cancelled).SetProperty(r => r.Error, "cancelled")));
        await training;

        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.Error, row.LeaseOwner, row.Deaths), Is.EqualTo((RunStatus.Cancelled, "cancelled", (string?)null, 0)));
        Assert.That(staged, Is.Not.Empty, "there was a checkpoint");
        Assert.That(StagedFiles(registry), Is.Empty, "left in staging");
    }

    [Test]
    public async Task A_run_cancelled_while_it_is_uploaded_is_not_stored()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded, services => services.AddSingleton<IArtifactStore, IsCancelled>());
        var queued = await registry.QueueRunAsync(await registry.PrepareDemoAsync(), "NAIVE");

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.Error, row.ManifestSha256), Is.EqualTo((RunStatus.Cancelled, "cancelled", (string?)null)));
        Assert.That(StagedFiles(registry), Is.Empty, "left in staging");
        Assert.That(registry.Bus().Of<ModelTraining>().Select(m => m.Status), Is.EqualTo(["RUNNING"]));
    }

    [Test]
    public async Task Files_that_ended_runs_left_are_swept_and_those_of_live_ones_stay()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded, services => services.AddSingleton<IStartupGate, OpenGate>());
        var data = await registry.PrepareDemoAsync();
        var (live, ended) = (await registry.QueueRunAsync(data, "NAIVE"), await registry.QueueRunAsync(data, "EWMA"));
        foreach (var run in (RunRow[])[live, ended])
            await File.WriteAllTextAsync(Path.Combine(registry.Get<Staging>().Prepare(run.RunId, 1), "file"), "left");
        await registry.UseAsync(db =>
            db.Runs.Where(r => r.RunId == ended.RunId).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Cancelled)));

        await ActivatorUtilities.CreateInstance<StagingSweep>(registry.Get<IServiceProvider>()).LookAsync(default);

        Assert.That(registry.Get<Staging>().RunIds(), Is.EqualTo([live.RunId]));
    }

    [Test]
    public async Task A_run_that_has_succeeded_is_announced_by_a_slow_bus_too()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        registry.Get<IBus>().ConnectPublishObserver(new Slow("SUCCESS"));
        var queued = await registry.QueueRunAsync(await registry.PrepareDemoAsync(), "NAIVE");

        await TrainAsync(registry, queued);

        Assert.That(registry.Bus().Of<ModelTraining>().Select(m => m.Status), Is.EqualTo(["RUNNING", "SUCCESS"]));
        Assert.That(registry.Log.Count("train_stopped"), Is.Zero, "who looks whether it was ended sees that it has, and stops nothing");
    }

    private static Task TrainAsync(RegistryUnderTest registry, RunRow run) => registry.RunStepAsync(StepNames.Train, run.RunId.Value);

    private static string[] StagedFiles(RegistryUnderTest registry)
    {
        var staging = Path.Combine(registry.Settings["Data:Directory"]!, "staging");
        return Directory.Exists(staging) ? Directory.GetFiles(staging, "*", SearchOption.AllDirectories) : [];
    }

    /// <summary>Holds messages of a status for longer than it takes to see that the run has ended.</summary>
    private sealed class Slow(string status) : IPublishObserver
    {
        public async Task PrePublish<T>(PublishContext<T> context)
            where T : class
        {
            if (context.Message is ModelTraining training && training.Status == status)
                await Task.Delay(TimeSpan.FromMilliseconds(800));
        }

        public Task PostPublish<T>(PublishContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }

    private sealed class OpenGate : IStartupGate
    {
        public Task OpenedAsync(CancellationToken cancellation) => Task.CompletedTask;
    }

    /// <summary>While it uploads, a person cancels the run.</summary>
    private sealed class IsCancelled(IDbContextFactory<RegistryDbContext> registry) : IArtifactStore
    {
        public async Task<string> UploadAsync(RunId runId, int attempt, string stagingFolder, CancellationToken cancellation)
        {
            await using var db = await registry.CreateDbContextAsync(cancellation);
            await db.Database.ExecuteSqlAsync(
                $"UPDATE runs SET status = 'cancelled', error = 'cancelled' WHERE run_id = {runId.Value}", cancellation);
            return new string('a', 64);
        }

        public Task<StoredModel?> FindUploadedAsync(RunId runId, int attempt, CancellationToken cancellation) =>
            Task.FromResult<StoredModel?>(null);

        public Task<StoredModel> OpenAsync(
            RunId runId, int attempt, string manifestSha256, ArtifactSource source, CancellationToken cancellation) =>
            throw new NotSupportedException("Nothing is opened in this test.");
    }
}
