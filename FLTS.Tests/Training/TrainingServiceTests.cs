using System.Text.Json.Nodes;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using FLTS.Modules.Storage;
using FLTS.Modules.Training;
using FLTS.Tests.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Npgsql;

namespace FLTS.Tests.Training;

[TestFixture, Parallelizable]
internal sealed class TrainingServiceTests
{
    [Test]
    public async Task A_reference_is_trained_stored_and_listed([Values] Stack stack)
    {
        await using var registry = await WithDataAsync(stack);
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That(
            (row.Status, row.Error, row.Attempt, row.LeaseOwner),
            Is.EqualTo((RunStatus.Succeeded, (string?)null, 1, (string?)null)));
        var stored = await registry.Get<IArtifactStore>().OpenAsync(row.RunId, row.Attempt, row.ManifestSha256!, default);
        Assert.That(await ArtifactsAsync(registry), Is.EqualTo(stored.Manifest.Files.Select(f => (f.Path, f.Size, f.Sha256))));
        Assert.That(StagedFiles(registry), Is.Empty, "left in staging");
        Assert.That(registry.Bus().Of<ModelTraining>().Select(m => m.Status), Is.EqualTo(["RUNNING", "SUCCESS"]));
    }

    [Test]
    public async Task A_fit_above_the_limits_of_the_process_that_does_it_fails_at_once_with_its_sum()
    {
        await using var registry = await Steps.ReadyAsync(
            Stack.Embedded, services => services.AddSingleton(new LimitsOptions { MemoryMb = 1 }));
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "GRU", new JsonObject { ["hidden_size"] = 256 });

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.Tries), Is.EqualTo((RunStatus.Failed, 0)));
        Assert.That(row.Error, Does.StartWith("A fit of GRU would need about ").And.EndsWith("at most 1 are given (Limits:MemoryMb)."));
    }

    [Test]
    public async Task A_small_GRU_records_its_epochs_and_repeats_its_golden_prediction_after_loading()
    {
        await using var registry = await WithDataAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(
            await DataAsync(registry), "GRU", new JsonObject { ["hidden_size"] = 4, ["num_layers"] = 1, ["epochs"] = 2 });

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.Error), Is.EqualTo((RunStatus.Succeeded, (string?)null)));
        Assert.That((row.Epoch, row.Epochs), Is.EqualTo(((int?)2, (int?)2)));
        var epochs = await registry.UseAsync(db => db.RunEpochs.AsNoTracking().OrderBy(e => e.Epoch).ToListAsync());
        Assert.That(epochs.Select(e => e.Epoch), Is.EqualTo([1, 2]));
        Assert.That(epochs, Has.All.Matches<RunEpochRow>(e => double.IsFinite(e.TrainLoss) && double.IsFinite(e.ValRmse ?? double.NaN)));
        Assert.That(
            JsonNode.Parse(row.Metrics!)!["val_rmse"]!.GetValue<double>(),
            Is.EqualTo(epochs.Single(e => e.Epoch == Best(row)).ValRmse));
        using var loaded = await registry.Get<ModelLoader>()
            .LoadAsync(row.RunId, row.Attempt, row.ManifestSha256!, ArtifactSource.Store, default);
        var data = await registry.Get<IProcessedData>().OpenAsync(row.ConfigHash, default);
        Assert.That(() => ModelLoader.VerifyGolden(loaded, data.Train), Throws.Nothing);
    }

    [Test]
    public async Task Boosted_trees_are_stored_as_JSON_and_repeat_their_golden_prediction_after_loading([Values] Stack stack)
    {
        await using var registry = await WithDataAsync(stack);
        var queued = await registry.QueueRunAsync(
            await DataAsync(registry),
            "LIGHTGBM",
            new JsonObject { ["num_iterations"] = 5, ["min_data_in_leaf"] = 5 });

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.Error), Is.EqualTo((RunStatus.Succeeded, (string?)null)));
        Assert.That((row.Epoch, row.Epochs % 11), Is.EqualTo((row.Epochs, (int?)0)), "an ensemble a target and knot");
        Assert.That(JsonNode.Parse(row.Metrics!)!["val_rmse"]!.GetValue<double>(), Is.Positive);
        using var loaded = await registry.Get<ModelLoader>()
            .LoadAsync(row.RunId, row.Attempt, row.ManifestSha256!, ArtifactSource.Store, default);
        var data = await registry.Get<IProcessedData>().OpenAsync(row.ConfigHash, default);
        Assert.That(() => ModelLoader.VerifyGolden(loaded, data.Train), Throws.Nothing);
        Assert.That((await ArtifactsAsync(registry)).Select(a => a.Item1), Does.Contain("LIGHTGBM/model.json"));
    }

    [TestCase("NAIVE", "{}")]
    [TestCase("EWMA", "{}")]
    [TestCase("AR", "{}")]
    [TestCase("PROPHET", "{}")]
    [TestCase("GRU", """{"hidden_size": 4, "epochs": 1}""")]
    [TestCase("LIGHTGBM", """{"num_iterations": 5}""")]
    public async Task Every_model_type_stores_its_residuals_with_size_and_SHA256_in_the_manifest(string type, string parameters)
    {
        await using var registry = await WithDataAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(await DataAsync(registry), type, JsonNode.Parse(parameters)!.AsObject());

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        var stored = await registry.Get<IArtifactStore>().OpenAsync(row.RunId, row.Attempt, row.ManifestSha256!, default);
        Assert.That(stored.Manifest.Files.Select(f => f.Path), Does.Contain("residuals/knots.parquet"));
        var made = await KnotFile.ReadAsync(stored.Files[KnotFile.Path], stored.Manifest.Targets);
        var counts = Enumerable.Range(0, made.Leads.Count)
            .Select(k => made.Forecast[0].Where((f, i) => i % made.Leads.Count == k && double.IsFinite(f - made.Truth[0][i])).Count())
            .ToArray();
        Assert.That(made.Leads, Does.Contain(10));
        Assert.That(counts, Is.Ordered.Descending.And.All.Positive, "the further a step, the fewer origins still have it inside train");
    }

    [Test]
    public async Task A_second_call_changes_nothing()
    {
        await using var registry = await WithDataAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");
        await TrainAsync(registry, queued);
        var before = await registry.RunAsync(queued.RunId);

        await TrainAsync(registry, queued);

        Assert.That(await registry.RunAsync(queued.RunId), Is.EqualTo(before).UsingPropertiesComparer());
        Assert.That(registry.Log.Count("train_start"), Is.EqualTo(1));
    }

    [Test]
    public async Task Many_who_train_a_run_at_once_train_it_once([Values] Stack stack)
    {
        await using var registry = await WithDataAsync(stack);
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");

        await RegistryUnderTest.TogetherAsync(6, async _ =>
        {
            await TrainAsync(registry, queued);
            return true;
        });

        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.Attempt), Is.EqualTo((RunStatus.Succeeded, 1)));
        Assert.That(registry.Log.Count("train_start"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_model_the_store_refuses_waits_and_is_stored_later_without_training_again()
    {
        await using var registry = await WithDataAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");
        var data = await registry.Get<IProcessedData>().OpenAsync(queued.ConfigHash, default); // held, so that training needs no store
        registry.TakeStoreAway();

        await TrainAsync(registry, queued);
        var storing = await registry.RunAsync(queued.RunId);
        await TrainAsync(registry, queued);
        var again = await registry.RunAsync(queued.RunId);
        registry.BringStoreBack();
        await TrainAsync(registry, queued);
        var stored = await registry.RunAsync(queued.RunId);

        GC.KeepAlive(data);
        Assert.That((storing.Status, storing.Attempt, storing.Tries), Is.EqualTo((RunStatus.Storing, 1, 1)));
        Assert.That((again.Status, again.Attempt, again.Tries), Is.EqualTo((RunStatus.Storing, 1, 2)));
        Assert.That(storing.NextAttemptAt, Is.Not.Null);
        Assert.That(storing.Error, Does.Contain("refuses"));
        Assert.That(
            (stored.Status, stored.Attempt, stored.Error, stored.NextAttemptAt),
            Is.EqualTo((RunStatus.Succeeded, 1, (string?)null, (DateTimeOffset?)null)));
        Assert.That(registry.Log.Count("train_start"), Is.EqualTo(1));
        Assert.That(StagedFiles(registry), Is.Empty, "left in staging");
    }

    [Test]
    public async Task A_model_whose_staged_files_are_lost_before_they_are_stored_is_trained_again()
    {
        await using var registry = await WithDataAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");
        var data = await registry.Get<IProcessedData>().OpenAsync(queued.ConfigHash, default);
        registry.TakeStoreAway();
        await TrainAsync(registry, queued);
        registry.BringStoreBack();
        registry.Get<Staging>().Remove(queued.RunId);

        await TrainAsync(registry, queued);

        GC.KeepAlive(data);
        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.Attempt), Is.EqualTo((RunStatus.Succeeded, 2)));
        Assert.That(await registry.Store.StatAsync(ObjectKeys.Manifest(row.RunId, 2), default), Is.Not.Null);
    }

    [TestCase(false, 1)]
    [TestCase(true, 2)]
    public async Task A_model_uploaded_by_a_machine_that_is_gone_is_recorded_and_trained_again_only_if_it_is_not_whole(
        bool damaged, int attempts)
    {
        await using var registry = await WithDataAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");
        await TrainAsync(registry, queued);
        await registry.ForceAsync("UPDATE runs SET status = 'storing', manifest_sha256 = NULL");
        if (damaged)
            await registry.Store.DeleteAsync(ObjectKeys.Artifact(queued.RunId, 1, "scaler/scaler.json"), default);

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.Attempt), Is.EqualTo((RunStatus.Succeeded, attempts)));
        var stored = await registry.Get<IArtifactStore>().OpenAsync(row.RunId, row.Attempt, row.ManifestSha256!, default);
        Assert.That(await ArtifactsAsync(registry), Is.EqualTo(stored.Manifest.Files.Select(f => (f.Path, f.Size, f.Sha256))));
        Assert.That(registry.Log.Count("train_start"), Is.EqualTo(attempts));
    }

    [Test]
    public async Task Too_few_rows_fail_with_a_sentence_that_says_how_many_are_needed()
    {
        await using var registry = await WithDataAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(
            await DataAsync(registry),
            "GRU",
            new JsonObject { ["hidden_size"] = 4, ["input_len"] = 1000 });

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.ManifestSha256), Is.EqualTo((RunStatus.Failed, (string?)null)));
        Assert.That(row.Error, Does.Match("\\d+ .*rows").And.Not.StartWith("InvalidInputException"));
        Assert.That(registry.Bus().Of<ModelTraining>().Select(m => (m.Status, m.Error)), Does.Contain(("FAILED", row.Error)));
    }

    [Test]
    public async Task Data_that_was_changed_in_the_store_is_not_trained_on()
    {
        await using var registry = await WithDataAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");
        using var train = await registry.Store.ReadAllAsync(ObjectKeys.Train(queued.ConfigHash), default);
        var bytes = train.ToArray();
        bytes[bytes.Length / 2] ^= 1;
        await registry.Store.PutAsync(ObjectKeys.Train(queued.ConfigHash), bytes, default);

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That(row.Status, Is.EqualTo(RunStatus.Failed));
        Assert.That(row.Error, Does.Contain("train.parquet").And.Contain("SHA-256"));
    }

    [Test]
    public async Task A_database_that_is_away_for_a_moment_fails_no_run()
    {
        await using var registry = await WithDataAsync(
            Stack.Embedded, services => services.AddSingleton<IProcessedData, LosesConnectionOnce>());
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");

        await TrainAsync(registry, queued);
        var waiting = await registry.RunAsync(queued.RunId);
        await TrainAsync(registry, queued);

        Assert.That((waiting.Status, waiting.Tries), Is.EqualTo((RunStatus.Queued, 1)));
        Assert.That((await registry.RunAsync(queued.RunId)).Status, Is.EqualTo(RunStatus.Succeeded));
    }

    [TestCase(2, RunStatus.Succeeded)]
    [TestCase(3, RunStatus.Failed)]
    public async Task An_accident_in_a_native_library_is_tried_again_twice_and_no_third_time(int accidents, RunStatus expected)
    {
        await using var registry = await WithDataAsync(Stack.Embedded, services =>
            services.AddSingleton<IProcessedData>(p => ActivatorUtilities.CreateInstance<FailsNatively>(p, accidents)));
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");

        for (var tries = 1; tries <= 3; tries++)
            await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That(row.Status, Is.EqualTo(expected));
        const string sentence = "^ExternalException in train \\(trace [0-9a-f]{32}\\): Unknown scalar type\\.$";
        Assert.That(Refusals.Read(row.Postponed).Select(r => r.Error), Has.Exactly(2).Matches(sentence));
        Assert.That(row.Error, expected == RunStatus.Failed ? Does.Match(sentence) : Is.Null);
    }

    [Test]
    public async Task A_run_whose_lease_somebody_else_took_over_is_left_to_them()
    {
        await using var registry = await WithDataAsync(Stack.Embedded, services => services.AddSingleton<IArtifactStore, LosesLease>());
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.LeaseOwner, row.ManifestSha256), Is.EqualTo((RunStatus.Storing, "other", (string?)null)));
        Assert.That(registry.Bus().Of<ModelTraining>().Select(m => m.Status), Is.EqualTo(["RUNNING"]));
    }

    [TestCase(2, RunStatus.Succeeded)]
    [TestCase(3, RunStatus.Failed)]
    public async Task A_run_over_which_workers_died_is_taken_up_twice_and_no_third_time(int deaths, RunStatus expected)
    {
        await using var registry = await WithDataAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(await DataAsync(registry), "NAIVE");
        await registry.LeaveDeadAsync("runs", deaths);

        await TrainAsync(registry, queued);

        var row = await registry.RunAsync(queued.RunId);
        Assert.That(row.Status, Is.EqualTo(expected));
        Assert.That(row.Error, expected == RunStatus.Failed ? Does.StartWith("worker died 3 times") : Is.Null);
    }

    [Test]
    public async Task A_shutdown_leaves_the_run_to_the_next_process_without_a_death()
    {
        await using var registry = await WithDataAsync(Stack.Embedded);
        var queued = await registry.QueueRunAsync(
            await DataAsync(registry), "GRU", new JsonObject { ["hidden_size"] = 64, ["epochs"] = 1000 });
        using var shutdown = new CancellationTokenSource();
        var training = registry.RunStepAsync(StepNames.Train, queued.RunId.Value, cancellation: shutdown.Token);
        while ((await registry.RunAsync(queued.RunId)).Epoch is null && !training.IsCompleted)
            await Task.Delay(20);

        await shutdown.CancelAsync();
        await training;

        var row = await registry.RunAsync(queued.RunId);
        Assert.That((row.Status, row.LeaseOwner, row.Deaths), Is.EqualTo((RunStatus.Running, (string?)null, 0)));
        Assert.That(await registry.Leases.TryAcquireAsync<RunRow>(queued.RunId.Value, default), Is.Not.Null);
    }

    private static async Task<RegistryUnderTest> WithDataAsync(Stack stack, Action<IServiceCollection>? more = null) =>
        await Steps.ReadyAsync(stack, more);

    private static Task<DatasetRow> DataAsync(RegistryUnderTest registry) => registry.PrepareDemoAsync();

    private static Task TrainAsync(RegistryUnderTest registry, RunRow run) => registry.RunStepAsync(StepNames.Train, run.RunId.Value);

    private static int Best(RunRow row) => JsonNode.Parse(row.Metrics!)!["best_epoch"]!.GetValue<int>();

    private static Task<List<(string, long, string)>> ArtifactsAsync(RegistryUnderTest registry) => registry.UseAsync(async db =>
        (await db.RunArtifacts.AsNoTracking().ToListAsync())
            .OrderBy(a => a.Path, StringComparer.Ordinal)
            .Select(a => (a.Path, a.Size, a.Sha256))
            .ToList());

    private static string[] StagedFiles(RegistryUnderTest registry)
    {
        var staging = Path.Combine(registry.Settings["Data:Directory"]!, "staging");
        return Directory.Exists(staging) ? Directory.GetFiles(staging, "*", SearchOption.AllDirectories) : [];
    }

    /// <summary>The first use meets a connection that a restart of the server has cut.</summary>
    private sealed class LosesConnectionOnce(IDbContextFactory<RegistryDbContext> registry, IObjectStore store)
        : IProcessedData, IDisposable
    {
        private readonly ProcessedData _real = new(registry, store);
        private bool _lost;

        public Task<PreparedDataset> OpenAsync(ConfigHash configHash, CancellationToken cancellation)
        {
            if (_lost)
                return _real.OpenAsync(configHash, cancellation);

            _lost = true;
            throw new InvalidOperationException(
                "An exception has been raised that is likely due to a transient failure.",
                new NpgsqlException("Exception while reading from stream", new IOException("Connection reset by peer")));
        }

        public void Dispose() => _real.Dispose();
    }

#pragma warning disable CA2201 // It is the type that libtorch's errors have.
    /// <summary>As libtorch tells of an error: a line for people and its call stack.</summary>
    private sealed class FailsNatively(IDbContextFactory<RegistryDbContext> registry, IObjectStore store, int accidents)
        : IProcessedData, IDisposable
    {
        private readonly ProcessedData _real = new(registry, store);
        private int _left = accidents;

        public Task<PreparedDataset> OpenAsync(ConfigHash configHash, CancellationToken cancellation) => _left-- > 0
            ? throw new System.Runtime.InteropServices.ExternalException(
                "Unknown scalar type.\nException raised from type at Scalar.h:339\nframe #0: c10::Error")
            : _real.OpenAsync(configHash, cancellation);

        public void Dispose() => _real.Dispose();
    }

#pragma warning restore CA2201

    /// <summary>While it uploads, another worker takes the run over.</summary>
    private sealed class LosesLease(IDbContextFactory<RegistryDbContext> registry) : IArtifactStore
    {
        public async Task<string> UploadAsync(RunId runId, int attempt, string stagingFolder, CancellationToken cancellation)
        {
            await using var db = await registry.CreateDbContextAsync(cancellation);
            await db.Database.ExecuteSqlAsync(
                $"UPDATE runs SET lease_token = lease_token + 1, lease_owner = 'other' WHERE run_id = {runId.Value}", cancellation);
            return new string('a', 64);
        }

        public Task<StoredModel?> FindUploadedAsync(RunId runId, int attempt, CancellationToken cancellation) =>
            Task.FromResult<StoredModel?>(null);

        public Task<StoredModel> OpenAsync(
            RunId runId, int attempt, string manifestSha256, ArtifactSource source, CancellationToken cancellation) =>
            throw new NotSupportedException("Nothing is opened in this test.");
    }
}
