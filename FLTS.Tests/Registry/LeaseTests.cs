using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres)]
[Parallelizable]
internal sealed class LeaseTests(Database database)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private RegistryUnderTest _registry = null!;
    private ILeases _leases = null!;

    [SetUp]
    public async Task Start()
    {
        _registry = await RegistryUnderTest.ReadyAsync(database);
        _leases = _registry.Get<ILeases>();
        await _registry.AddRowsAsync(Rows.Dataset());
        await _registry.AddRowsAsync(Rows.Run());
        await _registry.AddRowsAsync(Rows.Pipeline());
    }

    [TearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    [Test]
    public async Task Of_many_who_want_a_row_one_gets_it([Values] bool afterADeath)
    {
        if (afterADeath)
        {
            await TakeAsync();
            await ExpireAsync();
        }

        var taken = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => _leases.TryAcquireAsync<RunRow>("run", default))));

        Assert.That(taken.Count(l => l is not null), Is.EqualTo(1));
        Assert.That((await RunAsync()).Deaths, Is.EqualTo(afterADeath ? 1 : 0));
    }

    [Test]
    public async Task A_lease_given_back_is_free_and_nobody_died()
    {
        var first = await TakeAsync();
        Assert.That(await _leases.TryAcquireAsync<RunRow>("run", default), Is.Null, "taken while somebody holds it");
        await _leases.ReleaseAsync(first, default);

        var second = await TakeAsync();

        Assert.That(second.Token, Is.EqualTo(first.Token + 1));
        Assert.That((await RunAsync()).Deaths, Is.Zero);
    }

    [Test]
    public async Task Who_lost_a_lease_can_neither_renew_it_nor_give_it_back()
    {
        var lost = await TakeAsync();
        await ExpireAsync();
        var mine = await TakeAsync();

        Assert.That(await _leases.HeartbeatAsync(lost, default), Is.False);
        await _leases.ReleaseAsync(lost, default);
        Assert.That(await _leases.HeartbeatAsync(mine, default), Is.True, "the loser gave back what was not his");
    }

    [Test]
    public async Task A_heartbeat_keeps_a_lease_from_expiring()
    {
        var mine = await TakeAsync();
        await ExpireAsync();

        Assert.That(await _leases.HeartbeatAsync(mine, default), Is.True);
        Assert.That(await _leases.TryAcquireAsync<RunRow>("run", default), Is.Null);
        Assert.That(LeaseRules.IsHeld(await RunAsync(), await _leases.DatabaseNowAsync(default)), Is.True);
    }

    [Test]
    public async Task Every_kind_of_row_can_be_leased_and_voided()
    {
        var leases = new[]
        {
            await _leases.TryAcquireAsync<DatasetRow>("hash", default),
            await _leases.TryAcquireAsync<RunRow>("run", default),
            await _leases.TryAcquireAsync<PipelineRow>("pipeline", default),
        };
        Assert.That(leases.Select(l => l?.Kind), Is.EqualTo(["Dataset", "Run", "Pipeline"]));

        Assert.That(await _leases.VoidAllAsync(default), Is.EqualTo(3));
        Assert.That(await _leases.VoidAllAsync(default), Is.Zero, "voided twice");
        Assert.That((await RunAsync()).Deaths, Is.EqualTo(1));
        Assert.That(await _leases.TryAcquireAsync<RunRow>("run", default), Is.Not.Null);
    }

    [Test]
    public async Task A_row_that_is_not_there_cannot_be_leased() =>
        Assert.That(await _leases.TryAcquireAsync<RunRow>("nowhere", default), Is.Null);

    [Test]
    public async Task A_keeper_renews_until_it_is_disposed_and_then_gives_back()
    {
        var time = new FakeTimeProvider();
        var keeper = (await LeaseKeeper.TryAcquireAsync<RunRow>(_leases, "run", time, NullLogger.Instance, default))!;
        await ExpireAsync();

        await UntilAsync(
            time, async () => LeaseRules.IsHeld(await RunAsync(), await _leases.DatabaseNowAsync(default)), "it was not renewed");
        Assert.That(keeper.Lost.IsCancellationRequested, Is.False);
        await keeper.DisposeAsync();

        var row = await RunAsync();
        Assert.That((row.LeaseOwner, row.Deaths), Is.EqualTo(((string?)null, 0)));
    }

    [Test]
    public async Task A_keeper_says_when_its_lease_was_taken_over_and_leaves_the_new_holder_alone()
    {
        var time = new FakeTimeProvider();
        var keeper = (await LeaseKeeper.TryAcquireAsync<RunRow>(_leases, "run", time, NullLogger.Instance, default))!;
        await ExpireAsync();
        var other = await TakeAsync();

        await UntilAsync(time, () => Task.FromResult(keeper.Lost.IsCancellationRequested), "the loss was not told");
        await keeper.DisposeAsync();

        Assert.That((await RunAsync()).LeaseOwner, Is.EqualTo(other.Owner));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_database_that_is_away_when_a_lease_is_given_back_counts_as_no_death(bool takenOverMeanwhile)
    {
        var (time, away) = (new FakeTimeProvider(), new AwayLeases(_leases));
        var keeper = (await LeaseKeeper.TryAcquireAsync<RunRow>(away, "run", time, NullLogger.Instance, default))!;
        away.IsAway = true;
        await keeper.DisposeAsync();
        var held = (await RunAsync()).LeaseOwner;
        if (takenOverMeanwhile)
        {
            await ExpireAsync();
            await TakeAsync();
        }

        away.IsAway = false;
        await UntilAsync(
            time,
            async () => takenOverMeanwhile ? (await RunAsync()).Deaths == 0 : (await RunAsync()).LeaseOwner is null,
            "it was not given back");

        Assert.That(held, Is.Not.Null, "the first try failed");
        Assert.That((await RunAsync()).Deaths, Is.Zero);
        Assert.That((await RunAsync()).LeaseOwner, takenOverMeanwhile ? Is.Not.Null : Is.Null, "who took it over keeps it");
    }

    [Test]
    public async Task A_worker_that_came_to_life_again_has_died_as_far_as_anybody_can_tell()
    {
        var keeper = (await LeaseKeeper.TryAcquireAsync<RunRow>(_leases, "run", new FakeTimeProvider(), NullLogger.Instance, default))!;
        await ExpireAsync();
        await TakeAsync();

        await keeper.DisposeAsync();

        Assert.That((await RunAsync()).Deaths, Is.EqualTo(1), "the database was never away");
    }

    private async Task<Lease> TakeAsync() =>
        await _leases.TryAcquireAsync<RunRow>("run", default) ?? throw new AssertionException("the row could not be taken");

    private Task<int> ExpireAsync() => _registry.ExecuteAsync("UPDATE runs SET lease_heartbeat = lease_heartbeat - 10001");

    private async Task<RunRow> RunAsync()
    {
        await using var db = await _registry.OpenAsync();
        return await db.Runs.AsNoTracking().SingleAsync();
    }

    /// <summary>The beat runs on the fake clock, its database calls on the real one.</summary>
    private static async Task UntilAsync(FakeTimeProvider time, Func<Task<bool>> holds, string message)
    {
        var limit = DateTime.UtcNow + _patience;
        while (!await holds())
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(limit), message);
            time.Advance(LeaseRules.HeartbeatInterval);
            await Task.Delay(20);
        }
    }

    /// <summary>A database that can be away.</summary>
    private sealed class AwayLeases(ILeases real) : ILeases
    {
        public bool IsAway { get; set; }

        public Task<long> DatabaseNowAsync(CancellationToken cancellation) => Reached().DatabaseNowAsync(cancellation);

        public Task<Lease?> TryAcquireAsync<TRow>(string id, CancellationToken cancellation)
            where TRow : class, ILeased => Reached().TryAcquireAsync<TRow>(id, cancellation);

        public Task<bool> HeartbeatAsync(Lease lease, CancellationToken cancellation) => Reached().HeartbeatAsync(lease, cancellation);

        public Task ReleaseAsync(Lease lease, CancellationToken cancellation) => Reached().ReleaseAsync(lease, cancellation);

        public Task RetractDeathAsync(Lease lease, CancellationToken cancellation) => Reached().RetractDeathAsync(lease, cancellation);

        public Task<int> VoidAllAsync(CancellationToken cancellation) => Reached().VoidAllAsync(cancellation);

        private ILeases Reached() => IsAway ? throw new IOException("The database is away.") : real;
    }
}
