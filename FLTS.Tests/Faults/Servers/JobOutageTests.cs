using System.Diagnostics;
using FLTS.Host.Hosting;
using FLTS.Tests.TestKit.Servers;
using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.States;
using Npgsql;
using NUnit.Framework;

namespace FLTS.Tests.Faults.Servers;

/// <summary>What an outage of PostgreSQL does to the workers of a queue: it costs them seconds, however long it lasted.</summary>
[TestFixture, Category(TestCategories.Servers), Category(TestCategories.Slow)]
internal sealed class JobOutageTests
{
    private const string Queue = "evaluation";
    private static int _done;

    private ServerSet _servers = null!;
    private PostgresServer _postgres = null!;
    private string _connection = null!;
    private PostgreSqlStorage _storage = null!;

    [SetUp]
    public async Task PrepareAsync()
    {
        _servers = OwnServers.Take();
        _postgres = await _servers.Postgres;
        await _postgres.StartAsync();
        _connection = await _postgres.CreateDatabaseAsync();
        await new JobStoragePart(() => _connection).ProveAsync(default);
        _storage = Jobs.Postgres(() => _connection);
        _done = 0;
    }

    [TearDown]
    public void CleanUp() => OwnServers.Return(_servers);

    [Test]
    public async Task A_worker_takes_jobs_soon_after_an_outage_however_long_it_lasted()
    {
        using var server = Start();
        Enqueue();
        await DoneAsync(1, TimeSpan.FromSeconds(60));
        Assert.That(
            new QueueServers(_storage).LastServed(Queue), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromSeconds(60)));

        await _postgres.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(16));
        await _postgres.StartAsync();
        Enqueue();

        // Hangfire's own server would come back 14 s after the first fault, when nobody is there yet, and then 30 s after it: 14 s from
        // here on. This one rests 2 s.
        await DoneAsync(2, TimeSpan.FromSeconds(12));
    }

    [Test]
    public async Task A_lock_that_an_outage_left_behind_holds_a_worker_for_seconds()
    {
        var job = Enqueue();
        await LeaveLockAsync($"hangfire:job:{job}:state-lock", Jobs.OldestLock - TimeSpan.FromSeconds(1));

        using var server = Start();

        await DoneAsync(1, TimeSpan.FromSeconds(60));
    }

    /// <summary>The job.</summary>
    public static void Count() => Interlocked.Increment(ref _done);

    private Hangfire.Server.BackgroundProcessingServer Start() =>
        JobServer.Start(_storage, new JobActivator(), JobFilterProviders.Providers, "Evaluation", new JobQueue(Queue, Workers: 1));

    private string Enqueue() => new BackgroundJobClient(_storage).Create(() => Count(), new EnqueuedState(Queue));

    private static async Task DoneAsync(int jobs, TimeSpan within)
    {
        var waited = Stopwatch.StartNew();
        while (Volatile.Read(ref _done) < jobs)
        {
            Assert.That(waited.Elapsed, Is.LessThan(within), $"{_done} of {jobs} jobs are done");
            await Task.Delay(50);
        }
    }

    private Task LeaveLockAsync(string resource, TimeSpan age) => ExecuteAsync(
        $"INSERT INTO hangfire.lock (resource, acquired) VALUES ('{resource}', now() - interval '{age.TotalSeconds} seconds')");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connection + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
