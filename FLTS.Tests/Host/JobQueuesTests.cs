using FLTS.Host.Hosting;
using FLTS.Modules;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using Hangfire;
using Hangfire.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture, Parallelizable]
internal sealed class JobQueuesTests
{
    private const string Hash = "e309764d0123456789abcdef";

    private TemporaryFolder _folder = null!;
    private WebApplication _app = null!;

    /// <summary>Built, not started: what is put into a queue stays there.</summary>
    [SetUp]
    public void Build()
    {
        _folder = new TemporaryFolder();
        _app = Server.Build(RunningHost.Settings(_folder), jsonToConsole: false);
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("GRU", "Train GRU on PobleSec e309764d", "gru")]
    [TestCase("PROPHET", "Train PROPHET on PobleSec e309764d", "prophet")]
    [TestCase("NAIVE", "Train NAIVE on PobleSec e309764d", "references")]
    public void A_training_is_named_for_people_and_waits_in_the_queue_of_its_module(string modelType, string name, string queue)
    {
        var run = Rows.Run(hash: Hash, type: modelType);
        run.Identifier = new("PobleSec");
        Queues.Enqueue(_app.Services.GetRequiredService<TrainStep>().Task(run), StepWake.Event);

        Assert.That(Names(queue), Is.EqualTo(new[] { name }));
        Assert.That(ModuleCatalog.All.Select(m => m.Queue?.Name), Has.Member(queue), "a module works on it");
    }

    [Test]
    public void Preprocessing_and_evaluation_have_names_and_queues_of_their_own()
    {
        var (dataset, pipeline) = (Rows.Dataset(Hash), Rows.Pipeline());
        dataset.Identifier = pipeline.Identifier = new("PobleSec");
        pipeline.ConfigHash = new(Hash);
        Queues.Enqueue(_app.Services.GetRequiredService<PreprocessStep>().Task(dataset), StepWake.Event);
        Queues.Enqueue(_app.Services.GetRequiredService<EvaluateStep>().Task(pipeline), StepWake.Event);

        Assert.That(Names("preprocessing"), Is.EqualTo(new[] { "Preprocess PobleSec e309764d" }));
        Assert.That(Names("evaluation"), Is.EqualTo(new[] { "Evaluate PobleSec e309764d" }));
        Assert.That(ModuleCatalog.All.Select(m => m.Queue?.Name), Is.SupersetOf(new[] { "preprocessing", "evaluation" }));
    }

    [Test]
    public void Only_rows_retry_Hangfire_does_not()
    {
        _ = _app.Services.GetRequiredService<JobStorage>(); // Configures Hangfire.
        var filters = JobFilterProviders.Providers.GetFilters(
            Job.FromExpression<IStepJob>(j => j.RunAsync("train", "run", "label", StepWake.Event, CancellationToken.None)));

        Assert.That(
            filters.Select(f => f.Instance).OfType<AutomaticRetryAttribute>().Select(a => a.Attempts),
            Is.EqualTo(new[] { 0 }),
            "of Hangfire's own filter and ours, ours is in force");
    }

    private IJobQueues Queues => _app.Services.GetRequiredService<IJobQueues>();

    private List<string> Names(string queue) =>
        [.. _app.Services.GetRequiredService<JobStorage>().GetMonitoringApi().EnqueuedJobs(queue, 0, 10).Select(j => Name(j.Value.Job))];

    private static string Name(Job job) =>
        string.Format(
            System.Globalization.CultureInfo.InvariantCulture,
            job.Method.GetCustomAttributes(typeof(JobDisplayNameAttribute), true).Cast<JobDisplayNameAttribute>().Single().DisplayName,
            [.. job.Args]);
}
