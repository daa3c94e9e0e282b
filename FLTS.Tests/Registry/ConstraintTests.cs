using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres)]
[Parallelizable]
internal sealed class ConstraintTests(Database database)
{
    private RegistryUnderTest _registry = null!;

    [SetUp]
    public async Task Start()
    {
        _registry = await RegistryUnderTest.ReadyAsync(database);
        await _registry.AddRowsAsync(Rows.Dataset());
        await _registry.AddRowsAsync(Rows.Run());
        await _registry.AddRowsAsync(Rows.Pipeline());
        await _registry.AddRowsAsync(Rows.Attempt());
        await _registry.AddRowsAsync(Rows.Champion());
        await _registry.ExecuteAsync("INSERT INTO sequences (identifier, last) VALUES ('station', 1)");
    }

    [TearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    [Test]
    public void A_run_identity_exists_once() => Refuses(Rows.Run("other"));

    [Test]
    public void A_run_needs_its_dataset() => Refuses(Rows.Run("other", hash: "nowhere"));

    [Test]
    public void A_generation_is_not_negative() => Refuses(Rows.Run("other", generation: -1));

    [Test]
    public void A_run_succeeds_only_with_a_manifest()
    {
        var run = Rows.Run("other", generation: 1);
        run.Status = RunStatus.Succeeded;
        Refuses(run);
    }

    [Test]
    public void Data_is_ready_only_with_its_hashes()
    {
        var dataset = Rows.Dataset("other");
        dataset.Status = DatasetStatus.Ready;
        Refuses(dataset);
    }

    [Test]
    public void A_sequence_number_is_given_once_an_identifier() => Refuses(Rows.Pipeline("other"));

    [Test]
    public void An_idempotency_key_is_used_once() => Refuses(Rows.Attempt("other", "attempt"));

    [Test]
    public async Task An_attempt_promotes_once()
    {
        await _registry.AddRowsAsync(Rows.Attempt("second"));
        Refuses(Rows.Champion(2));
        await _registry.AddRowsAsync(Rows.Champion(2, "second"));
    }

    [Test]
    public async Task A_version_of_the_ledger_is_written_once()
    {
        await _registry.AddRowsAsync(Rows.Attempt("second"));
        Refuses(Rows.Champion(1, "second"));
    }

    [Test]
    public async Task A_champion_needs_its_run()
    {
        await _registry.AddRowsAsync(Rows.Attempt("second"));
        Refuses(Rows.Champion(2, "second", run: "nowhere"));
    }

    [TestCase("UPDATE runs SET status = 'done'")]
    [TestCase("UPDATE datasets SET status = 'done'")]
    [TestCase("UPDATE pipelines SET status = 'done'")]
    [TestCase(
        "INSERT INTO sources (name, part, version, sha256, size, registered_at) SELECT 'a', 'other', 1, 'x', 1, created_at FROM runs")]
    [TestCase("DELETE FROM runs")]
    [TestCase("DELETE FROM datasets")]
    [TestCase("UPDATE runs SET cause = 'boredom'")]
    [TestCase("UPDATE pipelines SET \"trigger\" = 'boredom'")]
    [TestCase("UPDATE pipelines SET status = 'promoted'")]
    [TestCase("UPDATE pipelines SET status = 'superseded', attempt_id = 'attempt'")]
    [TestCase("UPDATE promotion_attempts SET \"trigger\" = 'boredom'")]
    [TestCase("UPDATE promotion_attempts SET outcome = 'postponed'")]
    [TestCase("UPDATE promotion_attempts SET outcome = 'failed'")]
    [TestCase("UPDATE promotion_attempts SET ended_at = created_at")]
    [TestCase("UPDATE promotion_attempts SET outcome = 'promoted', ended_at = created_at")]
    [TestCase("UPDATE champions SET run_id = 'other'")]
    [TestCase("UPDATE champions SET since = since")]
    [TestCase("DELETE FROM champions")]
    public void The_database_itself_refuses(string sql) =>
        Assert.That(() => _registry.ExecuteAsync(sql), Throws.InstanceOf<System.Data.Common.DbException>(), "the statement was accepted");

    [Test]
    public async Task A_version_follows_the_one_before_and_its_sequence_never_falls()
    {
        await _registry.AddRowsAsync(Rows.Attempt("second"));
        var (gap, older) = (Rows.Champion(3, "second"), Rows.Champion(2, "second"));
        older.Sequence = 0;

        Refuses(gap);
        Refuses(older);
        await _registry.AddRowsAsync(Rows.Champion(2, "second"));
    }

    [Test]
    public async Task A_ledger_is_removed_only_with_its_identifier()
    {
        Assert.That(
            () => _registry.ExecuteAsync("DELETE FROM champions"),
            Throws.InstanceOf<System.Data.Common.DbException>().With.Message.Contains("sequences"));
        await _registry.ExecuteAsync("DELETE FROM sequences");

        Assert.That(await _registry.ExecuteAsync("DELETE FROM champions"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_pipeline_has_one_open_attempt_and_what_has_ended_is_not_changed()
    {
        var (first, second) = (Rows.Attempt("first"), Rows.Attempt("second"));
        first.PipelineId = second.PipelineId = new("pipeline");
        await _registry.AddRowsAsync(first);
        Refuses(second);

        await _registry.ExecuteAsync("UPDATE promotion_attempts SET outcome = 'blocked', tries = '[1]' WHERE attempt_id = 'first'");
        await _registry.ExecuteAsync(
            "UPDATE promotion_attempts SET outcome = 'promoted', selected_run_id = 'run', ended_at = created_at WHERE attempt_id = "
            + "'first'");
        await _registry.AddRowsAsync(second);
        Assert.That(
            () => _registry.ExecuteAsync("UPDATE promotion_attempts SET reason = 'another' WHERE attempt_id = 'first'"),
            Throws.InstanceOf<System.Data.Common.DbException>().With.Message.Contains("ended"));
    }

    [Test]
    public async Task A_scoreboard_stays_as_it_was_written()
    {
        await _registry.AddRowsAsync(Rows.Scoreboard("board", Rows.Now, "{}"));

        Assert.That(
            () => _registry.ExecuteAsync("UPDATE scoreboards SET board = '[]'"),
            Throws.InstanceOf<System.Data.Common.DbException>().With.Message.Contains("scoreboards"));
    }

    /// <summary>Every pair of states: those that a worker, a person or a clean-up may bring about are allowed, and no other.</summary>
    [Test]
    public async Task A_run_goes_only_from_one_state_to_those_that_follow([Values] RunStatus from)
    {
        var allowed = from switch
        {
            RunStatus.Queued => new[] { RunStatus.Running, RunStatus.Storing, RunStatus.Failed, RunStatus.Cancelled },
            RunStatus.Running => [RunStatus.Queued, RunStatus.Storing, RunStatus.Failed, RunStatus.Cancelled],
            RunStatus.Storing => [RunStatus.Running, RunStatus.Succeeded, RunStatus.Failed, RunStatus.Cancelled],
            RunStatus.Succeeded => [RunStatus.Invalid, RunStatus.Pruned],
            RunStatus.Pruned => [],
            _ => [RunStatus.Pruned],
        };
        foreach (var to in Enum.GetValues<RunStatus>().Where(s => s != from))
        {
            var run = Rows.Run($"to-{to}", generation: 1 + (int)to);
            (run.Status, run.ManifestSha256) = (from, "a");
            await _registry.AddRowsAsync(run);
            var move =
                () => _registry.ExecuteAsync($"UPDATE runs SET status = '{to.ToString().ToLowerInvariant()}' WHERE run_id = '{run.RunId}'");

            if (allowed.Contains(to))
                Assert.That(await move(), Is.EqualTo(1), $"{from} to {to}");
            else
                Assert.That(move, Throws.InstanceOf<System.Data.Common.DbException>(), $"{from} to {to}");
        }
    }

    [TestCase(RunStatus.Succeeded, true)]
    [TestCase(RunStatus.Invalid, false)]
    [TestCase(RunStatus.Pruned, false)]
    public async Task A_member_is_not_pruned_as_long_as_its_ENSEMBLE_is_a_model(RunStatus ensemble, bool isKept)
    {
        var (member, owner) = (Rows.Run("GRU", RunStatus.Succeeded), Rows.Run("ENSEMBLE", ensemble));
        member.ManifestSha256 = owner.ManifestSha256 = "a";
        await _registry.AddRowsAsync(member, owner);
        await _registry.AddRowsAsync(new RunMemberRow { RunId = owner.RunId, MemberRunId = member.RunId });
        var prune = () => _registry.ExecuteAsync($"UPDATE runs SET status = 'pruned' WHERE run_id = '{member.RunId}'");

        if (isKept)
            Assert.That(prune, Throws.InstanceOf<System.Data.Common.DbException>().With.Message.Contains("a member of a model is kept"));
        else
            Assert.That(await prune(), Is.EqualTo(1));
    }

    [Test]
    public async Task What_is_in_force_or_part_of_a_model_is_not_taken_to_be_pruned()
    {
        var (member, owner, other) =
            (Rows.Run("GRU", RunStatus.Succeeded), Rows.Run("ENSEMBLE", RunStatus.Succeeded), Rows.Run("AR", RunStatus.Failed));
        member.ManifestSha256 = owner.ManifestSha256 = "a";
        await _registry.AddRowsAsync(member, owner, other);
        await _registry.AddRowsAsync(new RunMemberRow { RunId = owner.RunId, MemberRunId = member.RunId });
        foreach (var run in new[] { new RunId("run"), member.RunId, other.RunId })
            await _registry.AddRowsAsync(new RetentionMarkRow { Kind = RetentionKind.Run, Id = run.Value, Since = Rows.Now });
        var take = (RunId run) => _registry.ExecuteAsync($"UPDATE retention_marks SET taken_at = since WHERE id = '{run}'");

        Assert.That(() => take(new("run")), Throws.InstanceOf<System.Data.Common.DbException>().With.Message.Contains("in force"));
        Assert.That(() => take(member.RunId), Throws.InstanceOf<System.Data.Common.DbException>().With.Message.Contains("part of a model"));
        Assert.That(await take(other.RunId), Is.EqualTo(1));
    }

    [TestCase("UPDATE runs SET status = 'pruned' WHERE run_id = 'other'")]
    [TestCase("UPDATE retention_marks SET taken_at = since WHERE id = 'other'")]
    public async Task What_is_pruned_is_put_in_force_no_more(string sql)
    {
        var other = Rows.Run("other", generation: 1);
        other.Status = RunStatus.Failed;
        await _registry.AddRowsAsync(other);
        await _registry.AddRowsAsync(new RetentionMarkRow { Kind = RetentionKind.Run, Id = "other", Since = Rows.Now });
        await _registry.AddRowsAsync(Rows.Attempt("second"));
        await _registry.ExecuteAsync(sql);

        Refuses(Rows.Champion(2, "second", "other"));
    }

    [Test]
    public async Task A_fault_that_passes_is_told_from_one_that_stays()
    {
        await using var db = await _registry.OpenAsync();
        db.Add(Rows.Run("other"));
        var wrapped = Assert.CatchAsync(() => db.SaveChangesAsync())!;

        Assert.That(DatabaseFaults.IsPassing(wrapped), Is.False, "a constraint says no, today and tomorrow");
        Assert.That(
            DatabaseFaults.IsPassing(new InvalidOperationException("wrapped", new Microsoft.Data.Sqlite.SqliteException("locked", 5))),
            Is.True);
        Assert.That(DatabaseFaults.IsPassing(new InvalidOperationException("none")), Is.False);
    }

    private void Refuses<TRow>(TRow row)
        where TRow : class =>
        Assert.That(() => _registry.AddRowsAsync(row), Throws.InstanceOf<DbUpdateException>(), "the row was accepted");
}
