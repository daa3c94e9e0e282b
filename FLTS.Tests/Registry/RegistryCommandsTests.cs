using System.Data.Common;
using System.Text.Json;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres)]
[Parallelizable]
internal sealed class RegistryCommandsTests(Database database)
{
    private RegistryUnderTest _registry = null!;

    [SetUp]
    public async Task Start()
    {
        _registry = await RegistryUnderTest.ReadyAsync(database);
        await _registry.AddRowsAsync(Rows.Dataset());
    }

    [TearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    [Test]
    public async Task A_row_inserted_reads_back_with_every_value()
    {
        var run = Rows.Run();
        run.Status = RunStatus.Failed;
        run.NextAttemptAt = Rows.Now.AddMilliseconds(1234.5);
        run.Error = "it's \"quoted\"";
        run.Epoch = 3;
        run.EtaSeconds = 1.25;
        run.LeaseHeartbeat = long.MaxValue;
        var attempt = Rows.Attempt();
        attempt.Outcome = AttemptOutcome.KeptChampion;
        attempt.EndedAt = Rows.Now.AddMilliseconds(0.5);
        attempt.Trigger = AttemptTrigger.Rollback;

        await using var db = await _registry.OpenAsync();
        Assert.That(await db.InsertIfAbsentAsync(run, default), Is.True);
        Assert.That(await db.InsertIfAbsentAsync(attempt, default), Is.True);

        Assert.That(JsonSerializer.Serialize(await db.Runs.AsNoTracking().SingleAsync()), Is.EqualTo(JsonSerializer.Serialize(run)));
        Assert.That(
            JsonSerializer.Serialize(await db.PromotionAttempts.AsNoTracking().SingleAsync()),
            Is.EqualTo(JsonSerializer.Serialize(attempt)));
    }

    [Test]
    public async Task A_row_whose_values_are_null_is_inserted_as_well()
    {
        await using var db = await _registry.OpenAsync();
        Assert.That(await db.InsertIfAbsentAsync(Rows.Dataset("other"), default), Is.True);
        Assert.That(await db.InsertIfAbsentAsync(Rows.Pipeline(), default), Is.True);
        Assert.That(await db.InsertIfAbsentAsync(Rows.Attempt(), default), Is.True);
        Assert.That(await db.PromotionAttempts.AsNoTracking().Select(a => a.Outcome).SingleAsync(), Is.Null);
    }

    [Test]
    public async Task Rows_of_several_statements_read_back_as_they_were_and_where_one_is_there_it_is_said()
    {
        var rows = Enumerable.Range(0, 1201).Select(i => new MeasurementRow
        {
            Dataset = new("station"),
            Ts = Rows.Now.AddMinutes(i),
            Revision = 1 + (i % 3),
            Values = $$"""{"it's {0}":{{i}}}""",
            KnownAt = Rows.Now.AddMilliseconds(0.5),
            Change = i,
        }).ToList();

        await using var db = await _registry.OpenAsync();
        await db.InsertAsync(rows, default);
        await db.InsertAsync<MeasurementRow>([], default);

        var read = await db.Measurements.AsNoTracking().OrderBy(m => m.Ts).ToListAsync();
        Assert.That(JsonSerializer.Serialize(read), Is.EqualTo(JsonSerializer.Serialize(rows)));
        Assert.That(async () => await db.InsertAsync([rows[^1]], default), Throws.InstanceOf<DbException>());
    }

    [Test]
    public async Task Of_many_who_insert_the_same_identity_one_does_and_nobody_fails()
    {
        var inserted = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            await using var db = await _registry.OpenAsync();
            return await db.InsertIfAbsentAsync(Rows.Run($"run-{i}"), default);
        })));

        await using var check = await _registry.OpenAsync();
        Assert.That(inserted.Count(i => i), Is.EqualTo(1));
        Assert.That(await check.Runs.CountAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Sequence_numbers_are_never_given_twice()
    {
        var given = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(async () =>
        {
            await using var db = await _registry.OpenAsync();
            return await db.NextPipelineSequenceAsync(new("station"), default);
        })));

        Assert.That(given.Order(), Is.EqualTo(Enumerable.Range(1, 40)));
        await using var other = await _registry.OpenAsync();
        Assert.That(await other.NextPipelineSequenceAsync(new("another"), default), Is.EqualTo(1));
    }

    [Test]
    public async Task Logs_locked_by_many_in_any_order_are_there_once_and_nobody_waits_for_each_other()
    {
        DatasetName[] datasets = [.. Enumerable.Range(0, 40).Select(i => new DatasetName($"station-{i}"))];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var order = new Random(seed);
            for (var round = 0; round < 10; round++)
            {
                await using var db = await _registry.OpenAsync();
                await using var transaction = await db.Database.BeginTransactionAsync();
                var mine = datasets.ToArray();
                order.Shuffle(mine);
                await db.LockMeasurementLogsAsync(mine.Concat(mine[..3]), default);
                await db.MeasurementLogs.ExecuteUpdateAsync(set => set.SetProperty(l => l.Changes, l => l.Changes + 1));
                await transaction.CommitAsync();
            }
        })));

        await using var read = await _registry.OpenAsync();
        Assert.That(await read.MeasurementLogs.Select(l => l.Changes).ToListAsync(), Is.EqualTo(Enumerable.Repeat(80L, 40)));
    }
}
