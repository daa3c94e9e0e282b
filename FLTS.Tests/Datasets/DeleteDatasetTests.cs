using System.Net;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using FLTS.Tests.Host;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

[TestFixture, Parallelizable]
internal sealed class DeleteDatasetTests
{
    private RunningHost _host = null!;
    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _host = await RunningHost.StartAsync(folder: _folder, settings: new Dictionary<string, string?>
        {
            ["Pipeline:DemoOnEmpty"] = "false",
            ["Pipeline:ReconcileSeconds"] = "3600", // Pipelines stay as a test leaves them.
            ["Datasets:Folder"] = Directory.CreateDirectory(_folder["datasets"]).FullName,
        }).ReadyAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task What_is_deleted_is_gone_with_its_versions_and_options_and_bytes_that_another_dataset_has_stay()
    {
        var (own, shared) = (DatasetClient.Csv(0, 70), DatasetClient.Csv(0, 71));
        var first = await _host.PutAsync("gone", own).ExpectAsync(HttpStatusCode.Created);
        var second = await _host.PutAsync("gone", shared).ExpectAsync(HttpStatusCode.Created);
        await _host.PutAsync("stays", shared).ExpectAsync(HttpStatusCode.Created);

        using var deleted = await _host.SendAsync(HttpMethod.Delete, "/datasets/gone", withKey: true);
        using var asked = await _host.SendAsync(HttpMethod.Get, "/datasets/gone");
        using var again = await _host.SendAsync(HttpMethod.Delete, "/datasets/gone", withKey: true);
        using var other = await _host.SendAsync(HttpMethod.Get, "/datasets/stays/profile");

        Assert.That(deleted.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((asked.StatusCode, again.StatusCode), Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.NotFound)));
        Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await ExistsAsync(first.Body["sha256"]!.GetValue<string>()), Is.False);
        Assert.That(await ExistsAsync(second.Body["sha256"]!.GetValue<string>()), Is.True);
    }

    [Test]
    public async Task While_a_pipeline_uses_it_it_is_not_deleted_and_its_ledger_outlives_it()
    {
        await _host.PutAsync("used", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        await AddAsync(
            Data("used"), Pipeline("used"), Rows.Run("run-used", "hash-used"), Rows.Attempt("attempt-used"));
        var champion = Rows.Champion(attempt: "attempt-used", run: "run-used");
        champion.Identifier = new("used");
        await AddAsync(champion);

        using var refused = await _host.SendAsync(HttpMethod.Delete, "/datasets/used", withKey: true);
        var problem = await RunningHost.JsonAsync(refused);
        await UseAsync(db => db.Pipelines.Where(p => p.PipelineId == new PipelineId("pipeline-used"))
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Status, PipelineStatus.Cancelled)));
        using var deleted = await _host.SendAsync(HttpMethod.Delete, "/datasets/used", withKey: true);

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(problem["detail"]!.GetValue<string>(), Does.Contain("'used'").And.Contain("pipeline-used"));
        Assert.That(deleted.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await UseAsync(db => db.Champions.CountAsync(c => c.Identifier == new Identifier("used"))), Is.EqualTo(1));
        Assert.That(await UseAsync(db => db.Runs.CountAsync(r => r.RunId == new RunId("run-used"))), Is.EqualTo(1));
    }

    [Test]
    public async Task A_dry_run_says_what_would_go_and_for_whom_and_removes_nothing()
    {
        await _host.PutAsync("asked", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        await _host.PutAsync("asked", DatasetClient.Csv(0, 61)).ExpectAsync(HttpStatusCode.Created);
        await _host.AppendAsync("asked", DatasetClient.Csv(61, 3)).ExpectAsync(HttpStatusCode.OK);
        await AddAsync(Data("asked"), Rows.Run("run-asked", "hash-asked"), Rows.Attempt("attempt-asked"));
        var champion = Rows.Champion(attempt: "attempt-asked", run: "run-asked");
        (champion.Identifier, champion.ConfigHash) = (new("mast"), new("hash-asked"));
        await AddAsync(champion);
        var before = await _host.StateAsync("asked");

        var would = await _host.AskAsync(HttpMethod.Delete, "/datasets/asked?dry_run=true&reason=a%20look", null)
            .ExpectAsync(HttpStatusCode.OK);

        Assert.That(
            (would.Int("versions"), would.Int("bytes"), would.Int("measurements"), would.Body["offered_again"]!.GetValue<bool>()),
            Is.EqualTo((2, DatasetClient.Csv(0, 60).Length + DatasetClient.Csv(0, 61).Length, 3, false)));
        Assert.That(would.Body["stations"]!.AsArray().Select(s => s!.ToString()), Is.EqualTo(new[] { "mast" }));
        Assert.That(await _host.StateAsync("asked"), Is.EqualTo(before));
        Assert.That(
            (await _host.AskAsync(HttpMethod.Delete, "/datasets/nothing?dry_run=true", null)).Status, Is.EqualTo(HttpStatusCode.NotFound));
        await AddAsync(Pipeline("asked"));
        var refused = await _host.AskAsync(HttpMethod.Delete, "/datasets/asked?dry_run=true", null).ExpectAsync(HttpStatusCode.Conflict);
        Assert.That(refused.Detail, Does.Contain("pipeline-asked"));
        await UseAsync(db => db.Pipelines.Where(p => p.PipelineId == new PipelineId("pipeline-asked")).ExecuteDeleteAsync());
        await _host.AskAsync(HttpMethod.Delete, "/datasets/asked", null).ExpectAsync(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task An_append_over_http_with_dry_run_stores_nothing_and_no_other_address_takes_the_word()
    {
        await _host.PutAsync("looked", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        var before = await _host.StateAsync("looked");

        var looked = await _host.AppendAsync("looked", DatasetClient.Csv(60, 2), query: "?dry_run=true").ExpectAsync(HttpStatusCode.OK);
        var refused = await _host.PutAsync("looked", DatasetClient.Csv(0, 61), "?dry_run=true")
            .ExpectAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That((looked.Int("new"), looked.Text("last")), Is.EqualTo((2, DatasetClient.At(61).Replace(' ', 'T'))));
        Assert.That(refused.Detail, Does.StartWith("Unknown parameter 'dry_run'"));
        Assert.That(await _host.StateAsync("looked"), Is.EqualTo(before));
    }

    [Test]
    public async Task Its_measurements_and_the_place_in_a_followed_file_go_with_it_and_those_of_another_stay()
    {
        foreach (var name in new[] { "measured", "other" })
        {
            await _host.PutAsync(name, DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
            await _host.AppendAsync(name, DatasetClient.Csv(60, 2)).ExpectAsync(HttpStatusCode.OK);
            await AddAsync(new FollowedFileRow
            {
                Name = new(name),
                Offset = 1,
                Rows = 1,
                Head = "head",
                Tail = "tail",
                ChangedAt = Rows.Now,
            });
        }

        using var deleted = await _host.SendAsync(HttpMethod.Delete, "/datasets/measured", withKey: true);
        await _host.PutAsync("measured", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);

        Assert.That(deleted.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        var other = new[] { new DatasetName("other") };
        Assert.That(await UseAsync(db => db.Measurements.Select(m => m.Dataset).Distinct().ToListAsync()), Is.EqualTo(other));
        Assert.That(await UseAsync(db => db.FollowedFiles.Select(f => f.Name).ToListAsync()), Is.EqualTo(other));
        using var anew = await _host.SendAsync(HttpMethod.Get, "/datasets/measured");
        Assert.That((await RunningHost.JsonAsync(anew))["measurements"], Is.Null, "a dataset of the same name begins without any");
    }

    [Test]
    public async Task Only_an_admin_deletes_and_a_file_of_the_folder_is_offered_again()
    {
        await File.WriteAllTextAsync(_folder["datasets/offered.csv"], DatasetClient.Csv(0, 60));
        using var read = await _host.SendAsync(HttpMethod.Get, "/datasets/offered");

        using var stranger = await _host.SendAsync(HttpMethod.Delete, "/datasets/offered");
        using var deleted = await _host.SendAsync(HttpMethod.Delete, "/datasets/offered", withKey: true);
        using var again = await _host.SendAsync(HttpMethod.Get, "/datasets/offered");

        Assert.That(stranger.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((read.StatusCode, deleted.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.NoContent)));
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_pruned_run_shows_when_that_was_and_its_artifacts_are_told_to_be_gone()
    {
        var run = Rows.Run("run-pruned", "hash-pruned");
        (run.Status, run.PrunedAt) = (RunStatus.Pruned, Rows.Now);
        await AddAsync(Data("pruned"), run);

        using var shown = await _host.SendAsync(HttpMethod.Get, "/runs/run-pruned");
        using var list = await _host.SendAsync(HttpMethod.Get, "/runs/run-pruned/artifacts");
        using var file = await _host.SendAsync(HttpMethod.Get, "/runs/run-pruned/artifacts/manifest.json");
        using var plan = await _host.SendAsync(HttpMethod.Get, "/retention/plan");

        var view = await RunningHost.JsonAsync(shown);
        Assert.That((view["status"]!.GetValue<string>(), view["pruned_at"]), Is.EqualTo(("pruned", view["pruned_at"])));
        Assert.That(view["pruned_at"], Is.Not.Null);
        foreach (var answer in new[] { list, file })
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That((await RunningHost.JsonAsync(answer))["detail"]!.GetValue<string>(), Does.Contain("was pruned on 2026-03-02"));
        }

        Assert.That((await RunningHost.JsonAsync(plan))["enabled"]!.GetValue<bool>(), Is.False);
    }

    private static DatasetRow Data(string name)
    {
        var data = Rows.Dataset($"hash-{name}");
        data.SourceName = new(name);
        return data;
    }

    private static PipelineRow Pipeline(string name)
    {
        var pipeline = Rows.Pipeline($"pipeline-{name}");
        (pipeline.ConfigHash, pipeline.Dataset, pipeline.Identifier) = (new($"hash-{name}"), new(name), new(name));
        return pipeline;
    }

    private Task<int> AddAsync(params object[] rows) => UseAsync(db =>
    {
        db.AddRange(rows);
        return db.SaveChangesAsync();
    });

    private async Task<T> UseAsync<T>(Func<RegistryDbContext, Task<T>> use)
    {
        await using var db = await _host.App.Services.GetRequiredService<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync();
        return await use(db);
    }

    private async Task<bool> ExistsAsync(string sha256) =>
        await _host.App.Services.GetRequiredService<IObjectStore>().StatAsync(ObjectKeys.Source(sha256), default) is not null;
}
