using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Monitoring;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.Pipeline;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring.Decisions;

/// <summary>What is usual for a champion is told by the fit that had not seen the validation part, whichever model it is.</summary>
[TestFixture, Parallelizable]
internal sealed class BaselineWorkTests
{
    private static readonly JsonObject _options = new()
    {
        ["targets"] = new JsonArray("down", "up"),
        ["inputs"] = new JsonArray("down", "up"),
    };

    [Test]
    public async Task A_model_that_was_fitted_again_on_all_of_train_is_judged_by_the_fit_before_that()
    {
        await using var registry = await StartAsync();
        var run = await TrainAsync(registry, "AR");

        var usual = await BaselineAsync(registry, run, null);

        var data = await registry.Get<IProcessedData>().OpenAsync(run.ConfigHash, default);
        var hyperparameters = JsonNode.Parse(run.Params)!.AsObject();
        var context = new FitContext(1, null, default);
        using var fit = ForecasterCatalog.Get("AR").Create(hyperparameters).Fit(data.TrainingSet, context).BeforeRefit!;
        using var ewma = ForecasterCatalog.Get("EWMA").Create([]).Fit(data.TrainingSet, context).Model;
        var (its, others) = (HourlyErrors(data, fit), HourlyErrors(data, ewma));
        Assert.That(usual.Drift!.Hours, Is.EqualTo(its.Count));
        Assert.That(usual.Drift.EwmaError, Is.EqualTo(others.Values.Average()).Within(1e-12));
        var e = 0.05 * others.Values.Average();
        Assert.That(
            usual.Drift.Means[0],
            Is.EqualTo(its.Average(h => Math.Log((h.Value + e) / (others[h.Key] + e)))).Within(1e-9),
            "one mean for all places: each was seen once");
    }

    [Test]
    public async Task An_ensemble_is_judged_with_members_that_had_not_seen_it_either_and_beside_the_version_before()
    {
        await using var registry = await PipelineUnderTest.StartAsync(more: AddMonitoring);
        await File.WriteAllTextAsync(Path.Combine(registry.DatasetsFolder, "station.csv"), Steps.DemoCsv(4000));
        var id = (await registry.StartPipelineAsync(
            """
            {
                "dataset": "station", "model_types": ["AR", "EWMA", "ENSEMBLE"],
                "preprocessing": {"targets": ["down", "up"], "inputs": ["down", "up"]}
            }
            """)).PipelineId;
        await registry.WorkAsync();

        var (ensemble, other) = (await registry.RunOfAsync(id, "ENSEMBLE"), await registry.RunOfAsync(id, "EWMA"));
        var usual = await BaselineAsync(registry, ensemble, other.RunId);

        Assert.That(usual.Drift!.Means[0], Is.LessThan(0), "it is better than EWMA");
        Assert.That(usual.Spread, Is.GreaterThan(0));
    }

    [TestCase("Europe/Madrid", true)]
    [TestCase(null, false)]
    public async Task What_was_found_by_the_places_of_another_clock_is_found_again_once(string? zone, bool isAgain)
    {
        await using var registry = await StartAsync();
        var run = await TrainAsync(registry, "AR");
        var usual = await BaselineAsync(registry, run, null);
        var step = registry.Get<BaselineStep>();
        var form = (usual.Step with { Clock = zone is null ? null : ZoneClock.Of(zone) }).ToJson();
        var before = JsonSerializer.Serialize(usual with { StepForm = form, HasLocalPlaces = false }, RegistryJson.Options);
        await registry.UseAsync(db => db.LiveBaselines.ExecuteUpdateAsync(set => set.SetProperty(b => b.Result, before)));

        Assert.That((await step.EnsureAsync(run.Identifier, run.RunId, null, default)).IsAsked, Is.EqualTo(isAgain));
        Assert.That((await step.EnsureAsync(run.Identifier, run.RunId, null, default)).IsAsked, Is.False, "it is asked for already");
        Assert.That(usual.HasLocalPlaces, Is.True);
    }

    [Test]
    public async Task A_version_before_that_cannot_be_loaded_leaves_the_champions_own_numbers_as_they_are()
    {
        await using var registry = await StartAsync();
        var (run, before) = (await TrainAsync(registry, "AR"), await TrainAsync(registry, "EWMA"));
        await registry.ForceAsync($"UPDATE runs SET manifest_sha256 = '{new string('f', 64)}' WHERE run_id = '{before.RunId}'");

        var (beside, alone) = (await BaselineAsync(registry, run, before.RunId), await BaselineAsync(registry, run, null));

        Assert.That(beside.Spread, Is.Null);
        Assert.That(beside.Drift!.Means, Is.EqualTo(alone.Drift!.Means));
        Assert.That(registry.Log.Count("baseline_without_other"), Is.EqualTo(1));
    }

    private static void AddMonitoring(IServiceCollection services) =>
        new MonitoringModule().AddServices(services, new ConfigurationBuilder().Build());

    private static async Task<RegistryUnderTest> StartAsync()
    {
        var registry = await Steps.ReadyAsync(Stack.Embedded, services =>
        {
            AddMonitoring(services);
            services.AddSingleton<RecordingJobs>().AddSingleton<IJobQueues>(p => p.GetRequiredService<RecordingJobs>());
        });
        await registry.PrepareAsync(await registry.QueueDatasetAsync(Steps.DemoCsv(4000), _options));
        return registry;
    }

    private static async Task<RunRow> TrainAsync(RegistryUnderTest registry, string type)
    {
        var dataset = (await registry.UseAsync(db => Task.FromResult(db.Datasets.ToList()))).Single();
        var run = await registry.QueueRunAsync(dataset, type);
        await registry.RunStepAsync(StepNames.Train, run.RunId.Value);
        return await registry.RunAsync(run.RunId);
    }

    private static async Task<BaselineResult> BaselineAsync(RegistryUnderTest registry, RunRow run, RunId? other)
    {
        var step = registry.Get<BaselineStep>();
        var (row, _) = await step.EnsureAsync(run.Identifier, run.RunId, other, default);
        await registry.RunStepAsync("baseline", row.BaselineId);
        var ended = (await step.FindAsync(row.BaselineId, default))!;
        Assert.That((ended.Status, ended.Error), Is.EqualTo((BaselineStatus.Succeeded, (string?)null)));
        return BaselineStep.ResultOf(ended)!;
    }

    /// <summary>Mean absolute error over validation by hour, in min-max units: forecast by forecast.</summary>
    private static Dictionary<DateTime, double> HourlyErrors(PreparedDataset data, IFittedForecaster model)
    {
        var (series, scaler) = (data.Unclipped.Train, data.Meta.Scaler);
        var replay = new ForecastReplay(model, data.Train, series, data.Restorer);
        var errors = new List<(DateTime Hour, double Error)>();
        for (var row = data.Meta.ValidationStart; row < series.Rows; row++)
        {
            if (series.Segments[row - 10] != series.Segments[row])
                continue;
            var made = replay.Forecast([row - 1], 1);
            for (var m = 0; m < data.Meta.Targets.Count; m++)
            {
                var (column, scale) = (series.IndexOf(data.Meta.Targets[m]), scaler[data.Meta.Targets[m]]);
                if (series.Observed[column][row])
                    errors.Add((
                        new TimeBuckets(series.Step).Start(series.Timestamps[row]),
                        Math.Abs(made[0, 0, m] - scale.Inverse(series.Values[column][row])) / (scale.Max - scale.Min)));
            }
        }

        return errors.GroupBy(e => e.Hour).Where(h => h.Any()).ToDictionary(h => h.Key, h => h.Average(e => e.Error));
    }
}
