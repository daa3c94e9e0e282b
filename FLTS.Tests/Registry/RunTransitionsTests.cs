using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

/// <summary>A worker that was paused and wakes up can harm nothing.</summary>
[TestFixture, Parallelizable]
internal sealed class RunTransitionsTests
{
    private static readonly EpochMetrics _epoch = new(1, 0.5, 0.4, 0.3, 0.2, null, null, null, null);

    [Test]
    public async Task An_old_token_changes_nothing([Values] Stack stack)
    {
        await using var registry = await WithRunAsync(stack);
        var old = (await registry.Leases.TryAcquireAsync<RunRow>("run", default))!;
        await registry.ExecuteAsync("UPDATE runs SET lease_heartbeat = 0");
        var current = (await registry.Leases.TryAcquireAsync<RunRow>("run", default))!;
        var runs = Transitions(registry);
        await runs.BeginAsync(current, 2, default);
        var before = await registry.RunAsync(new("run"));

        Assert.That(await runs.BeginAsync(old, 7, default), Is.False, "begin");
        Assert.That(await runs.TrainedAsync(old, "{}", [_epoch], default), Is.False, "trained");
        var stored = new StoredManifest(new string('a', 64), [new ManifestFile("f", 1, "a")], []);
        Assert.That(await runs.SucceedAsync(old, stored, default), Is.False, "succeed");
        Assert.That(await runs.FailAsync(old, "no", default), Is.False, "fail");
        await runs.RecordAsync(old, new FitProgress(1, 2, _epoch), 1, default);
        await runs.PostponeAsync(old, before, Later("later"), default);

        Assert.That(await registry.RunAsync(new("run")), Is.EqualTo(before).UsingPropertiesComparer());
        Assert.That(await registry.UseAsync(db => db.RunEpochs.CountAsync()), Is.Zero, "epochs");
        Assert.That(await registry.UseAsync(db => db.RunArtifacts.CountAsync()), Is.Zero, "artifacts");
    }

    [Test]
    public async Task A_given_back_lease_changes_nothing([Values] Stack stack)
    {
        await using var registry = await WithRunAsync(stack);
        var lease = (await registry.Leases.TryAcquireAsync<RunRow>("run", default))!;
        await registry.Leases.ReleaseAsync(lease, default);

        Assert.That(await Transitions(registry).BeginAsync(lease, 1, default), Is.False);
    }

    [TestCase(RunStatus.Cancelled)]
    [TestCase(RunStatus.Failed)]
    [TestCase(RunStatus.Invalid)]
    public async Task A_run_that_has_ended_is_not_brought_back_by_the_worker_that_still_holds_it(RunStatus ended)
    {
        await using var registry = await WithRunAsync(Stack.Embedded);
        var lease = (await registry.Leases.TryAcquireAsync<RunRow>("run", default))!;
        var runs = Transitions(registry);
        await runs.BeginAsync(lease, 1, default);
        await registry.ForceAsync($"UPDATE runs SET status = '{ended.ToString().ToLowerInvariant()}'");

        Assert.That(await runs.TrainedAsync(lease, "{}", [], default), Is.False, "trained");
        Assert.That(await runs.SucceedAsync(lease, new(new string('a', 64), [], []), default), Is.False, "succeed");
        Assert.That(await runs.FailAsync(lease, "no", default), Is.False, "fail");
        await runs.PostponeAsync(lease, await registry.RunAsync(new("run")), Later("later"), default);

        var row = await registry.RunAsync(new("run"));
        Assert.That((row.Status, row.Tries), Is.EqualTo((ended, 0)));
    }

    [Test]
    public async Task A_new_attempt_forgets_the_epochs_of_the_one_before([Values] Stack stack)
    {
        await using var registry = await WithRunAsync(stack);
        var lease = (await registry.Leases.TryAcquireAsync<RunRow>("run", default))!;
        var runs = Transitions(registry);
        await runs.BeginAsync(lease, 1, default);
        await runs.RecordAsync(lease, new FitProgress(1, 2, _epoch), 3, default);
        var recorded = await registry.UseAsync(db => db.RunEpochs.CountAsync());

        await runs.BeginAsync(lease, 2, default);

        Assert.That(recorded, Is.EqualTo(1), "epochs of the first attempt");
        Assert.That(await registry.UseAsync(db => db.RunEpochs.CountAsync()), Is.Zero, "epochs at the begin of the second");
        Assert.That((await registry.RunAsync(new("run"))).Attempt, Is.EqualTo(2));
    }

    [Test]
    public async Task What_waits_is_queued_again_and_what_is_trained_stays_trained([Values] Stack stack)
    {
        await using var registry = await WithRunAsync(stack);
        var lease = (await registry.Leases.TryAcquireAsync<RunRow>("run", default))!;
        var runs = Transitions(registry);
        await runs.BeginAsync(lease, 1, default);
        await runs.PostponeAsync(lease, await registry.RunAsync(new("run")), Later("the data is away"), default);
        var waiting = await registry.RunAsync(new("run"));
        await runs.BeginAsync(lease, 2, default);
        await runs.TrainedAsync(lease, "{}", [], default);
        await runs.PostponeAsync(lease, await registry.RunAsync(new("run")), Later("the store is away"), default);
        var storing = await registry.RunAsync(new("run"));

        Assert.That(
            (waiting.Status, waiting.Tries, waiting.NextAttemptAt, waiting.Error),
            Is.EqualTo((RunStatus.Queued, 1, (DateTimeOffset?)Rows.Now, "the data is away")));
        Assert.That((storing.Status, storing.Tries, storing.Attempt), Is.EqualTo((RunStatus.Storing, 1, 2)));
    }

    private static Postponement Later(string reason) => new(reason, Rows.Now, false, [new Refusal(Rows.Now, reason)]);

    private static TrainStep Transitions(RegistryUnderTest registry) =>
        new(registry.Get<IDbContextFactory<RegistryDbContext>>(), TimeProvider.System);

    private static async Task<RegistryUnderTest> WithRunAsync(Stack stack)
    {
        var registry = await RegistryUnderTest.ReadyAsync(stack);
        await registry.InsertAsync(Rows.Dataset());
        await registry.InsertAsync(Rows.Run());
        return registry;
    }
}
