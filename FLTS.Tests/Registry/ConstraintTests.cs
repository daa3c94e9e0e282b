using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres)]
internal sealed class ConstraintTests(Database database)
{
    private TestRegistry _registry = null!;

    [SetUp]
    public async Task Start()
    {
        _registry = await TestRegistry.StartAsync(database);
        await _registry.InsertAsync(SampleRows.Dataset());
        await _registry.InsertAsync(SampleRows.Run());
        await _registry.InsertAsync(SampleRows.Pipeline());
        await _registry.InsertAsync(SampleRows.Attempt());
        await _registry.InsertAsync(SampleRows.Champion());
    }

    [TearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    [Test]
    public void A_run_identity_exists_once() => Refuses(SampleRows.Run("other"));

    [Test]
    public void A_run_needs_its_dataset() => Refuses(SampleRows.Run("other", hash: "nowhere"));

    [Test]
    public void A_generation_is_not_negative() => Refuses(SampleRows.Run("other", generation: -1));

    [Test]
    public void A_run_succeeds_only_with_a_manifest()
    {
        var run = SampleRows.Run("other", generation: 1);
        run.Status = RunStatus.Succeeded;
        Refuses(run);
    }

    [Test]
    public void Data_is_ready_only_with_its_hashes()
    {
        var dataset = SampleRows.Dataset("other");
        dataset.Status = DatasetStatus.Ready;
        Refuses(dataset);
    }

    [Test]
    public void A_sequence_number_is_given_once_an_identifier() => Refuses(SampleRows.Pipeline("other"));

    [Test]
    public void An_idempotency_key_is_used_once() => Refuses(SampleRows.Attempt("other"));

    [Test]
    public async Task An_attempt_promotes_once()
    {
        await _registry.InsertAsync(SampleRows.Attempt("second", "second"));
        Refuses(SampleRows.Champion(2));
        await _registry.InsertAsync(SampleRows.Champion(2, "second"));
    }

    [Test]
    public async Task A_version_of_the_ledger_is_written_once()
    {
        await _registry.InsertAsync(SampleRows.Attempt("second", "second"));
        Refuses(SampleRows.Champion(1, "second"));
    }

    [Test]
    public async Task A_champion_needs_its_run()
    {
        await _registry.InsertAsync(SampleRows.Attempt("second", "second"));
        Refuses(SampleRows.Champion(2, "second", run: "nowhere"));
    }

    [TestCase("UPDATE runs SET status = 'done'")]
    [TestCase("UPDATE datasets SET status = 'done'")]
    [TestCase("UPDATE pipelines SET status = 'done'")]
    [TestCase("INSERT INTO sources (name, part, version, sha256, size, registered_at) SELECT 'a', 'other', 1, 'x', 1, created_at FROM runs")]
    [TestCase("DELETE FROM runs")]
    [TestCase("DELETE FROM datasets")]
    public void The_database_itself_refuses(string sql) =>
        Assert.That(() => _registry.ExecuteAsync(sql), Throws.InstanceOf<System.Data.Common.DbException>(), "the statement was accepted");

    [Test]
    public async Task A_fault_that_passes_is_told_from_one_that_stays()
    {
        await using var db = await _registry.OpenAsync();
        db.Add(SampleRows.Run("other"));
        var wrapped = Assert.CatchAsync(() => db.SaveChangesAsync())!;

        Assert.That(DatabaseFaults.IsPassing(wrapped), Is.False, "a constraint says no, today and tomorrow");
        Assert.That(DatabaseFaults.IsPassing(new InvalidOperationException("wrapped", new Microsoft.Data.Sqlite.SqliteException("locked", 5))), Is.True);
        Assert.That(DatabaseFaults.IsPassing(new InvalidOperationException("none")), Is.False);
    }

    private void Refuses<TRow>(TRow row)
        where TRow : class =>
        Assert.That(() => _registry.InsertAsync(row), Throws.InstanceOf<DbUpdateException>(), "the row was accepted");
}
