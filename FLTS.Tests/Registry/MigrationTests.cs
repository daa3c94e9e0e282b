using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres)]
internal sealed class MigrationTests(Database database)
{
    [Test]
    public async Task An_empty_database_gets_the_schema_of_the_model_and_a_second_migration_changes_nothing()
    {
        await using var registry = await RegistryUnderTest.CreateAsync(database);
        var migrator = registry.Get<RegistryMigrator>();

        await migrator.MigrateAsync(default);
        await registry.AddRowsAsync(Rows.Dataset());
        await migrator.MigrateAsync(default);

        await using var db = await registry.OpenAsync();
        Assert.That(await migrator.IsCurrentAsync(default), Is.True, "migrations are pending");
        Assert.That(db.Database.HasPendingModelChanges(), Is.False, "the model has changes that no migration holds");
        Assert.That(await db.Datasets.CountAsync(), Is.EqualTo(1), "the second migration lost a row");
    }

    [Test]
    public async Task A_database_that_is_not_there_is_made_by_several_at_once_with_a_password_of_its_own_setting_and_no_error_line()
    {
        if (database != Database.Postgres)
            return; // SQLite's is a file.

        await using var registry = await RegistryUnderTest.CreateAsync(database);
        var address = new NpgsqlConnectionStringBuilder(registry.Settings["Database:ConnectionString"]!);
        address.Database = $"made \"{address.Database}\"";
        registry.Settings["Database:ConnectionString"] = address.ConnectionString;
        registry.Settings["Database:Password"] = "semi;colon";
        await using var empty = registry.Again();

        await RegistryUnderTest.TogetherAsync(3, async _ =>
        {
            await empty.Get<RegistryMigrator>().MigrateAsync(default);
            return true;
        });

        Assert.That(await empty.Get<RegistryMigrator>().IsCurrentAsync(default), Is.True);
        Assert.That(empty.Log.Warnings.Where(w => w.Contains("Failed executing", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task A_filled_database_of_every_schema_before_keeps_its_rows_and_gets_what_they_mean_now(
        [Values("Initial", "CancelAndRerun", "LedgerRules")] string before)
    {
        await using var registry = await RegistryUnderTest.CreateAsync(database);
        Directory.CreateDirectory(registry.DataFolder);
        await using (var db = await registry.OpenAsync())
            await db.GetService<IMigrator>().MigrateAsync(before);
        await FillAsync(registry);

        await registry.Get<RegistryMigrator>().MigrateAsync(default);

        await using var now = await registry.OpenAsync();
        var (run, pipeline) = (await now.Runs.SingleAsync(), await now.Pipelines.SingleAsync());
        var (attempt, champion) = (await now.PromotionAttempts.SingleAsync(), await now.Champions.SingleAsync());
        Assert.That(
            (run.RunId, run.Status, run.Cause, run.Replaces, run.Postponed),
            Is.EqualTo((new RunId("run"), RunStatus.Succeeded, RunCause.Request, (RunId?)null, "[]")));
        Assert.That(
            (pipeline.PipelineId, pipeline.Status, pipeline.Trigger, pipeline.Revision),
            Is.EqualTo((new PipelineId("pipeline"), PipelineStatus.Promoted, AttemptTrigger.Event, 0)));
        Assert.That(
            (attempt.AttemptId, attempt.Outcome, attempt.Tries),
            Is.EqualTo((new AttemptId("attempt"), (AttemptOutcome?)AttemptOutcome.Promoted, "[]")));
        Assert.That((champion.Version, champion.RunId, champion.Since), Is.EqualTo((1, new RunId("run"), Rows.Now)));
        Assert.That(
            () => registry.ExecuteAsync("UPDATE champions SET version = 2"),
            Throws.InstanceOf<System.Data.Common.DbException>(),
            "the rules of now hold for rows of before");
    }

    [Test]
    public async Task Every_migration_can_be_taken_back_and_made_again()
    {
        await using var registry = await RegistryUnderTest.CreateAsync(database);
        Directory.CreateDirectory(registry.DataFolder);
        await using var db = await registry.OpenAsync();
        var migrator = db.GetService<IMigrator>();
        await migrator.MigrateAsync();
        await migrator.MigrateAsync("CancelAndRerun");
        await FillAsync(registry);

        await migrator.MigrateAsync();

        Assert.That((await db.Runs.SingleAsync()).Postponed, Is.EqualTo("[]"));
    }

    private async Task FillAsync(RegistryUnderTest registry)
    {
        var time = database == Database.Postgres
            ? "'2026-03-02 09:30:01.123457Z'"
            : Rows.Now.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await registry.ExecuteAsync(
            $"""
            INSERT INTO datasets (config_hash, identifier, source_name, config, status, lease_token, tries, deaths, created_at)
                VALUES ('hash', 'station', 'station', '', 'queued', 0, 0, 0, {time});
            INSERT INTO runs (run_id, config_hash, identifier, model_type, params_hash, generation, params, status, attempt,
            lease_token, tries, deaths, created_at, manifest_sha256)
                VALUES ('run', 'hash', 'station', 'GRU', 'params', 0, '', 'succeeded', 1, 0, 0, 0, {time}, 'a');
            INSERT INTO pipelines (pipeline_id, config_hash, identifier, sequence, dataset, expected_model_types, evaluation, status,
            lease_token, tries, deaths, created_at, ended_at, attempt_id)
                VALUES ('pipeline', 'hash', 'station', 1, 'station', '', '', 'promoted', 0, 0, 0, {time}, {time}, 'attempt');
            INSERT INTO promotion_attempts (attempt_id, idempotency_key, config_hash, identifier, pipeline_id, sequence, "trigger",
            outcome, missing, tries, candidates, policy, selected_run_id, created_at, ended_at)
                VALUES ('attempt', 'key', 'hash', 'station', 'pipeline', 1, 'event', 'promoted', '[]', '[]', '[]', '', 'run', {time},
                {time});
            INSERT INTO champions (identifier, version, run_id, model_type, config_hash, sequence, attempt_id, pointer, since)
                VALUES ('station', 1, 'run', 'GRU', 'hash', 1, 'attempt', '', {time});
            """);
    }
}

/// <summary>What only one of the databases can suffer.</summary>
[TestFixture, Parallelizable]
internal sealed class MigrationFaultTests
{
    [Test]
    [Repeat(3)]
    [Category(TestCategories.Servers)]
    public async Task Many_processes_may_migrate_one_PostgreSQL_at_once()
    {
        await using var registry = await RegistryUnderTest.CreateAsync(Database.Postgres);
        var processes = Enumerable.Range(0, 6).Select(_ => registry.Again()).ToList();
        try
        {
            await Task.WhenAll(processes.Select(p => Task.Run(() => p.Get<RegistryMigrator>().MigrateAsync(default))));
        }
        finally
        {
            foreach (var process in processes)
                await process.DisposeAsync();
        }

        Assert.That(await registry.Get<RegistryMigrator>().IsCurrentAsync(default), Is.True);
    }

    [Test]
    public async Task A_migration_of_SQLite_that_was_killed_in_its_middle_locks_nobody_out()
    {
        await using var registry = await RegistryUnderTest.CreateAsync(Database.Sqlite);
        Directory.CreateDirectory(registry.DataFolder);
        await registry.ExecuteAsync(
            """
            CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL);
            INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-03-02 09:30:00');
            """);

        // With the row in place EF waits for ever.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await registry.Get<RegistryMigrator>().MigrateAsync(patience.Token);

        Assert.That(await registry.Get<RegistryMigrator>().IsCurrentAsync(default), Is.True);
    }
}
