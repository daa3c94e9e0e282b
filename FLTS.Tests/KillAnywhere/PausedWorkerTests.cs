using System.Security.Cryptography;
using System.Text.Json;
using FLTS.Modules.Storage;
using FLTS.Tests.EndToEnd;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

/// <summary>
/// A process on PostgreSQL, RabbitMQ and S3 is stopped (SIGSTOP) past its leases, as a frozen machine is; another one, with a data folder
/// of its own, finishes the work; then the first goes on (SIGCONT) as if nothing had been.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All), Category(TestCategories.Servers), Category(TestCategories.Slow)]
internal sealed class PausedWorkerTests
{
    [Test, Category(TestCategories.Soak)]
    public Task Paused_in_the_middle_of_a_training_it_wakes_up_and_changes_nothing() => CheckAsync("train.epoch#2");

    [Test, Category(TestCategories.Soak)]
    public Task Paused_inside_a_transaction_it_holds_no_row_and_its_commit_is_refused() => CheckAsync("run.before-commit#1");

    private static async Task CheckAsync(string point)
    {
        await using var installation = await Installation.CreateAsync(Stack.Full);
        var here = installation.Beside("here");
        await using var paused = installation.Start(point, waitFile: here);
        await paused.WaitUntilReadyAsync();
        await paused.UseAdminKeyAsync();
        var id = await paused.StartPipelineAsync(Installation.Request());
        await paused.WaitForAsync(point, () => Task.FromResult(File.Exists(here) ? here : null));
        Native.Signal(paused.Id, Native.SigStop);
        var uploaded = await installation.UploadedAsync();

        await using var other = installation.Start(data: installation.Beside("other-machine"));
        await other.WaitUntilReadyAsync();
        await other.UseAdminKeyAsync();
        var ended = await other.WaitForEndAsync(id);
        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        var (rows, objects) = (await RowsAsync(installation), await ObjectsAsync(installation));

        Native.Signal(paused.Id, Native.SigCont);
        await paused.WaitForEventAsync("lease_lost", e => e["kind"]!.GetValue<string>() == "Run");
        File.Delete(here);
        await paused.WaitForLineAsync(line => line.Contains("was stopped before its end", StringComparison.Ordinal));

        Assert.That(uploaded, point.StartsWith("run.", StringComparison.Ordinal) ? Is.Not.Empty : Is.Not.Null);
        Assert.That(await RowsAsync(installation), Is.EqualTo(rows), "rows as they were before it woke up");
        Assert.That(await ObjectsAsync(installation), Is.EqualTo(objects), "objects as they were before it woke up");
        await Invariants.HoldAsync(installation, other, uploaded);
        await paused.WaitForModelAsync(); // It lives, and serves what the other one promoted.
    }

    private static Task<string> RowsAsync(Installation installation) => installation.ReadAsync(async db => JsonSerializer.Serialize(new
    {
        Runs = await db.Runs.AsNoTracking()
            .OrderBy(r => r.RunId)
            .Select(r => new { r.RunId, r.Status, r.Attempt, r.ManifestSha256, r.Metrics, r.EndedAt, r.Error, r.LeaseToken })
            .ToListAsync(),
        Files = await db.RunArtifacts.AsNoTracking()
            .OrderBy(a => a.RunId)
            .ThenBy(a => a.Path)
            .Select(a => new { a.RunId, a.Path, a.Sha256 })
            .ToListAsync(),
        Epochs = await db.RunEpochs.AsNoTracking()
            .OrderBy(e => e.RunId)
            .ThenBy(e => e.Epoch)
            .Select(e => new { e.RunId, e.Epoch, e.TrainLoss })
            .ToListAsync(),
        Champions = await db.Champions.AsNoTracking()
            .OrderBy(c => c.Version)
            .Select(c => new { c.Version, c.RunId, c.Pointer })
            .ToListAsync(),
    }));

    private static async Task<Dictionary<string, string>> ObjectsAsync(Installation installation)
    {
        var found = new Dictionary<string, string>();
        await foreach (var stored in installation.Objects.ListAsync(ObjectKeys.ModelsBucket, "", default))
        {
            if (stored.Key.Key.StartsWith('.'))
                continue; // a probe of a process that starts

            using var bytes = await installation.Objects.ReadAllAsync(stored.Key, default);
            found[stored.Key.Key] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        }

        return found;
    }
}
