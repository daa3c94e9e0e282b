using System.Globalization;
using FLTS.Host.Hosting;
using FLTS.Tests.TestKit.Servers;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture, Category(TestCategories.Servers)]
[Parallelizable]
internal sealed class UnloadableJobsTests
{
    private const string Hash = "e309764d0123456789abcdef";

    private TemporaryFolder _folder = null!;
    private Dictionary<string, string?> _settings = null!;
    private string _connection = null!;

    [SetUp]
    public async Task PrepareAsync()
    {
        _folder = new TemporaryFolder();
        _connection = await (await TestServers.Postgres()).CreateDatabaseAsync();
        _settings = RunningHost.Settings(_folder);
        foreach (var (name, value) in new[]
        {
            ("Database:Provider", "postgres"),
            ("Database:ConnectionString", _connection),
            ("Jobs:Storage", "postgres"),
            ("Pipeline:DemoOnEmpty", "false"),
        })
            _settings[name] = value;
    }

    [TearDown]
    public void CleanUp() => _folder.Dispose();

    [Test]
    public async Task Jobs_whose_type_method_or_arguments_are_of_another_version_are_deleted_and_no_others()
    {
        await using var app = await BuildAsync();
        await PlantAsync(app);
        app.Services.GetRequiredService<IJobQueues>()
            .Enqueue(new StepTask(StepNames.Preprocess, Hash, "preprocessing", "Preprocess healthy"), StepWake.Event);
        Assert.That(States(app).Values, Is.EquivalentTo(new[] { "Enqueued", "Enqueued", "Enqueued", "Scheduled", "Enqueued" }));

        var deleted = app.Services.GetRequiredService<UnloadableJobs>().Delete();

        Assert.That(deleted, Is.EqualTo(4));
        Assert.That(States(app).Values, Is.EqualTo(new[] { "Deleted", "Deleted", "Deleted", "Deleted", "Enqueued" }));
        Assert.That(app.Services.GetRequiredService<UnloadableJobs>().Delete(), Is.Zero, "they are found once");
    }

    [Test]
    public async Task A_server_says_once_how_many_it_deleted_and_fails_none_of_them()
    {
        await using (var before = await BuildAsync())
            await PlantAsync(before);

        await using var host = await RunningHost.StartAsync(settings: _settings, folder: _folder);
        while (await CountAsync("SELECT count(*) FROM hangfire.jobqueue") > 0)
            await Task.Delay(50); // Workers take what is deleted out of their queues.
        var states = States(host.App);
        var stopping = DateTimeOffset.UtcNow; // Workers that are stopped may complain of it.
        var logs = await host.LogsAsync();

        Assert.That(states.Values, Is.All.EqualTo("Deleted"));
        var said = logs.Where(l => l["event"]?.GetValue<string>() == "unloadable_jobs_deleted").ToList();
        Assert.That(said.Select(l => l["count"]!.GetValue<int>()), Is.EqualTo(new[] { 4 }));
        Assert.That(
            logs.Where(l =>
                l["@l"] is not null && DateTimeOffset.Parse(l["@t"]!.GetValue<string>(), CultureInfo.InvariantCulture) < stopping
                && l["SourceContext"]?.GetValue<string>().StartsWith("Hangfire", StringComparison.Ordinal) == true),
            Is.Empty,
            "warnings and errors of Hangfire");
    }

    /// <summary>With the tables of the jobs; nothing runs.</summary>
    private async Task<WebApplication> BuildAsync()
    {
        var app = Server.Build(_settings, jsonToConsole: false);
        await app.Services.GetServices<IPart>().Single(p => p.Name == "jobs").ProveAsync(default);
        return app;
    }

    /// <summary>Four jobs as a version would have left them that named type, method and an argument's type otherwise.</summary>
    private async Task PlantAsync(WebApplication app)
    {
        var queues = app.Services.GetRequiredService<IJobQueues>();
        queues.Enqueue(new StepTask(StepNames.Preprocess, Hash, "preprocessing", "Preprocess station"), StepWake.Event);
        queues.Enqueue(new StepTask(StepNames.Train, "run", "gru", "Train GRU on station"), StepWake.Event);
        queues.Enqueue(new StepTask(StepNames.Evaluate, "pipeline", "evaluation", "Evaluate station"), StepWake.Event);
        app.Services.GetRequiredService<IBackgroundJobClient>().Create(
            Job.FromExpression<IStepJob>(j => j.RunAsync(StepNames.Preprocess, Hash, "later", StepWake.Event, CancellationToken.None)),
            new ScheduledState(TimeSpan.FromHours(1)));

        // Type, method and an argument's type, each of other jobs.
        foreach (var (job, now, before) in new[]
        {
            ("%2", "Contracts.IStepJob", "Contracts.ITrainJob"),
            ("%3", "RunAsync", "EvaluateAsync"),
            ("%", "StepWake", "EvaluationWake"),
        })
            Assert.That(
                await ExecuteAsync(
                    $"UPDATE hangfire.job SET invocationdata = replace(invocationdata::text, '{now}', '{before}')::jsonb WHERE id::text "
                    + $"LIKE '{job}'"),
                Is.Positive);
    }

    /// <summary>State of every job by its id, oldest first.</summary>
    private static SortedDictionary<long, string> States(WebApplication app)
    {
        using var connection = app.Services.GetRequiredService<JobStorage>().GetConnection();
        var states = new SortedDictionary<long, string>();
        for (var id = 1L; connection.GetJobData(id.ToString(CultureInfo.InvariantCulture)) is { } job; id++)
            states[id] = job.State;

        return states;
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<int> ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }
}
