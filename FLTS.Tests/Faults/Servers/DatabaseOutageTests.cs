using System.Diagnostics;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using FLTS.Tests.EndToEnd;
using FLTS.Tests.TestKit.Servers;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using Npgsql;

namespace FLTS.Tests.Faults.Servers;

/// <summary>PostgreSQL goes down as in a crash while a pipeline runs, and comes back: the registry and the jobs are in it.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Servers), Category(TestCategories.Slow)]
internal sealed class DatabaseOutageTests
{
    private TemporaryFolder _folder = null!;
    private ServerSet _servers = null!;
    private PostgresServer _postgres = null!;
    private FltsStart _start = null!;

    [SetUp]
    public async Task PrepareAsync()
    {
        _folder = new TemporaryFolder();
        _servers = OwnServers.Take();
        Stations.Write(_folder["datasets"], "station", 600);
        _start = new FltsStart
        {
            Data = _folder["data"],
            Settings = Story.Settings(epochs: 60),
            Environment = await _servers.SettingsAsync(),
            Arguments = ["--datasets", _folder["datasets"]],
        };
        _postgres = await _servers.Postgres;
    }

    [TearDown]
    public void CleanUp()
    {
        OwnServers.Return(_servers);
        _folder.Dispose();
    }

    [Test, Category(TestCategories.Soak)]
    public async Task Crashes_inside_a_transaction_of_a_training_and_inside_the_promotion_delay_it_and_repeat_nothing()
    {
        await using var flts = FltsProcess.Start(_start);
        var id = await Story.BeginAsync(flts);
        await Story.WaitUntilFittingAsync(flts, id);
        await CrashInsideAsync("run_epochs");
        await Story.WaitUntilTrainedAsync(flts, id);
        await CrashInsideAsync("champions");

        await CheckAsync(flts, id);
    }

    [Test, Category(TestCategories.Soak)]
    public async Task Models_that_are_trained_while_the_database_is_away_are_recorded_when_it_is_back()
    {
        await using var flts = FltsProcess.Start(_start);
        var id = await Story.BeginAsync(flts);
        await Story.WaitUntilFittingAsync(flts, id);
        await _postgres.StopAsync();

        // One that was recorded before is not staged any more; and what is not trained when its lease expires, for want of a heartbeat,
        // is stopped and begun again: on a machine that is busy this may be the most of them.
        var waited = Stopwatch.StartNew();
        while (Missing() > 0 && waited.Elapsed < LeaseRules.Expiry + TimeSpan.FromSeconds(5))
            await Task.Delay(100);
        Assume.That(Staged(), Is.Positive, "no model was trained while the database was away");
        var areStopped = Missing() > 0;
        await _postgres.StartAsync();

        await CheckAsync(flts, id, mayRepeat: areStopped);

        int Missing() => 3 - Staged() - flts.Events("train_success_publish").Count;
    }

    private int Staged() =>
        Directory.EnumerateFiles(_folder["data/staging"], "manifest.json", SearchOption.AllDirectories).Count();

    /// <summary>
    /// Takes the server down at the moment at which a transaction of FLTS is about to write to
    /// <paramref name="table"/>, and brings it up again.
    /// </summary>
    private async Task CrashInsideAsync(string table)
    {
        await using var connection = new NpgsqlConnection(_start.Environment["Database__ConnectionString"] + ";Pooling=false");
        await connection.OpenAsync();
        await using (await connection.BeginTransactionAsync())
        {
            await ExecuteAsync(connection, $"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE");
            while (await ExecuteAsync(
                connection,
                $"SELECT count(*) FROM pg_locks WHERE relation = '{table}'::regclass AND mode = 'RowExclusiveLock' AND NOT granted") is 0L)
                await Task.Delay(20);

            await _postgres.StopAsync();
        }

        await _postgres.StartAsync();
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task CheckAsync(FltsProcess flts, string id, bool mayRepeat = false)
    {
        await Story.CheckAsync(flts, id, leastTries: 0, told: "", mayRepeat);
        await using var installation = RegistryUnderTest.Beside(_start);
        await using var db = await installation.Get<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync();
        var rows = (await db.Runs.AsNoTracking().ToListAsync()).Cast<ILeased>().Concat(await db.Pipelines.AsNoTracking().ToListAsync());
        Assert.That(rows.Select(r => r.Deaths), Is.All.Zero, "nobody died");
        Assert.That(await db.Champions.CountAsync(), Is.EqualTo(1));
    }
}
