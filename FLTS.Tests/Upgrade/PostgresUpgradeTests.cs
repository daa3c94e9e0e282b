using FLTS.Tests.EndToEnd;
using FLTS.Tests.TestKit.Servers;
using NUnit.Framework;
using Npgsql;

namespace FLTS.Tests.Upgrade;

/// <summary>PostgreSQL with jobs in it, without a cache.</summary>
[TestFixture, Parallelizable]
[Category(TestCategories.Servers)]
[Category(TestCategories.Slow)]
internal sealed class PostgresUpgradeTests() : UpgradeTests("postgres")
{
    private readonly HashSet<long> _jobs = [];
    private string _connection = "";

    [Test]
    public async Task Jobs_of_before_leave_their_queues_whether_or_not_they_can_be_run()
    {
        Assert.That(_jobs, Has.Count.GreaterThanOrEqualTo(4), "a preparation, two trainings, an evaluation");
        foreach (var how in new[] { "running", "queued", "storing" })
            await Flts.WaitForEndAsync(Before.Unfinished(how).PipelineId);

        await Flts.WaitForAsync("the end of the old jobs", async () =>
        {
            var left = await QueuedAsync();
            return left.Overlaps(_jobs) ? null : left;
        });
    }

    protected override async Task<IReadOnlyDictionary<string, string>> EnvironmentAsync()
    {
        _connection = await (await TestServers.Postgres()).CreateDatabaseAsync();
        await Before.RestoreAsync(_connection);
        _jobs.UnionWith(await QueuedAsync());
        return new Dictionary<string, string>
        {
            ["Database__Provider"] = "postgres",
            ["Database__ConnectionString"] = _connection,
            ["Jobs__Storage"] = "postgres",
        };
    }

    private async Task<HashSet<long>> QueuedAsync()
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT jobid FROM hangfire.jobqueue", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var jobs = new HashSet<long>();
        while (await reader.ReadAsync())
            jobs.Add(reader.GetInt64(0));
        return jobs;
    }
}
