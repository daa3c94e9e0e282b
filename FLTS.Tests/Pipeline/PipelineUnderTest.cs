using System.Collections.Concurrent;
using System.Text.Json;
using FLTS.Modules.Evaluation;
using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.Pipeline;

/// <summary>
/// The real modules of all steps on <see cref="RegistryUnderTest"/>, with queues that only write down what they are given.
/// </summary>
internal static class PipelineUnderTest
{
    public static Task<RegistryUnderTest> StartAsync(Stack stack = Stack.Embedded, Action<IServiceCollection>? more = null) =>
        Steps.ReadyAsync(stack, services =>
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Pipeline:ExpectedModelTypes:0"] = "NAIVE",
                ["Pipeline:ExpectedModelTypes:1"] = "EWMA",
            }).Build();
            services.AddSingleton<IConfiguration>(configuration);
            services.AddSingleton<RecordingJobs>().AddSingleton<IJobQueues>(p => p.GetRequiredService<RecordingJobs>());
            services.AddSingleton<IStartupGate, OpenGate>();
            new EvaluationModule().AddServices(services, configuration);
            new PipelineModule().AddServices(services, configuration);
            more?.Invoke(services);
        });

    /// <summary>A dataset, its runs and a pipeline that has them, as rows; the dataset is ready.</summary>
    public static async Task<PipelineRow> AddAsync(this RegistryUnderTest registry, string id, long sequence, params RunRow[] runs)
    {
        var dataset = Rows.Dataset();
        (dataset.Status, dataset.TrainSha256, dataset.TestSha256, dataset.MetaSha256) = (DatasetStatus.Ready, "a", "b", "c");
        await registry.InsertAsync(dataset);
        foreach (var run in runs)
            await registry.InsertAsync(run);

        var pipeline = Rows.Pipeline(id, sequence);
        await registry.InsertAsync(pipeline);
        await registry.ExecuteAsync(
            $"INSERT INTO sequences (identifier, last) VALUES ('station', {sequence}) ON CONFLICT (identifier) DO UPDATE SET last = "
            + $"{sequence}");
        foreach (var run in runs)
            await registry.InsertAsync(new PipelineRunRow { PipelineId = new(id), ModelType = run.ModelType, RunId = run.RunId });

        return pipeline;
    }

    public static RunRow Run(string id, RunStatus status, string type = "NAIVE", int generation = 0)
    {
        var run = Rows.Run(id, type: type, generation: generation);
        run.Status = status;
        if (status is RunStatus.Succeeded or RunStatus.Invalid)
            run.ManifestSha256 = new string('a', 64);

        return run;
    }

    /// <summary>An ENSEMBLE of these.</summary>
    public static RunRow Ensemble(string id, RunStatus status, params RunRow[] members)
    {
        var (run, planned) = (Run(id, status, "ENSEMBLE"), EnsembleParams.Of(members));
        (run.Params, run.ParamsHash) = (planned.Params, planned.ParamsHash);
        return run;
    }

    public static Task<PipelineRow> PipelineAsync(this RegistryUnderTest registry, PipelineId id) =>
        registry.UseAsync(db => db.Pipelines.AsNoTracking().Include(p => p.Runs).SingleAsync(p => p.PipelineId == id));

    /// <summary>The run a pipeline has for a type.</summary>
    public static async Task<RunRow> RunOfAsync(this RegistryUnderTest registry, PipelineId pipelineId, string type = "NAIVE") =>
        await registry.RunAsync((await registry.PipelineAsync(pipelineId)).Runs.Single(r => r.ModelType == type).RunId);

    /// <summary>Posts a pipeline on a small demo dataset.</summary>
    public static async Task<StartedPipeline> StartPipelineAsync(
        this RegistryUnderTest registry, string request = """{"dataset": "station"}""")
    {
        var file = Path.Combine(registry.DatasetsFolder, "station.csv");
        if (!File.Exists(file))
            await File.WriteAllTextAsync(file, Steps.DemoCsv(300));
        using var body = JsonDocument.Parse(request);
        return await registry.Get<PipelineService>().StartAsync(PipelineRequest.Parse(body.RootElement), default);
    }

    /// <summary>
    /// Looks as the Reconciler does, and does the preprocessing and training that it asks for; what it wants evaluated or watched is left
    /// to the test.
    /// </summary>
    public static async Task WorkAsync(this RegistryUnderTest registry)
    {
        while (true)
        {
            var known = registry.Get<RecordingJobs>().All.Count;
            await registry.Get<Reconciler>().LookAsync(default);
            var due = registry.Get<RecordingJobs>()
                .All.Skip(known)
                .Where(j => !j.StartsWith("evaluate", StringComparison.Ordinal) && !j.StartsWith("live", StringComparison.Ordinal))
                .ToList();
            if (due.Count == 0)
                return;

            foreach (var job in due.Select(j => j.Split(' ')))
                await registry.RunStepAsync(job[0], job[1]);
        }
    }

    private sealed class OpenGate : IStartupGate
    {
        public Task OpenedAsync(CancellationToken cancellation) => Task.CompletedTask;
    }
}

/// <summary>Ids of the jobs that were queued, in order.</summary>
internal sealed class RecordingJobs : IJobQueues
{
    private readonly ConcurrentQueue<string> _jobs = new();

    public IReadOnlyCollection<string> All => _jobs;

    public void Enqueue(StepTask task, StepWake wake) => _jobs.Enqueue($"{task.Step} {task.Id}");
}
