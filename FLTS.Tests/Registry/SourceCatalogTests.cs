using System.Text;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Storage;
using FLTS.Tests.Inference;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture, Parallelizable]
internal sealed class SourceCatalogTests
{
    [TestCase("")]
    [TestCase("../secret")]
    [TestCase("..")]
    [TestCase(".hidden")]
    [TestCase("a/b")]
    [TestCase("a\\b")]
    [TestCase("a\0")]
    [TestCase("a\n")]
    [TestCase("%2e%2e")]
    [TestCase("station_test")]
    [TestCase("ünder")]
    [TestCase("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff12345", Description = "65 letters")]
    public async Task A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);

        Assert.That(
            () => registry.Get<ISourceCatalog>().ResolveAsync(new(name), default),
            Throws.InstanceOf<InvalidInputException>().With.Message.Matches(@"^[^\x00-\x1f]+$"));
    }

    [TestCase("station.csv"), TestCase("station_test.csv")]
    public async Task A_link_is_not_followed_and_nothing_of_its_target_is_told(string link)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        await WriteAsync(registry, "station.csv", "train");
        File.Delete(Path.Combine(registry.DatasetsFolder, link));
        await File.WriteAllTextAsync(registry.Folder["secret"], "time,secret");
        File.CreateSymbolicLink(Path.Combine(registry.DatasetsFolder, link), registry.Folder["secret"]);
        File.CreateSymbolicLink(Path.Combine(registry.DatasetsFolder, "other.csv"), registry.Folder["nowhere"]);
        var catalog = registry.Get<ISourceCatalog>();

        Assert.That(
            () => catalog.ResolveAsync(new("station"), default),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(link).And.Message.Contains("symbolic link")
                .And.Message.Not.Contains("secret").And.Message.Not.Contains(registry.Folder.Path));
        Assert.That((await catalog.NamesAsync(default)).Select(n => n.Value), Has.None.EqualTo("other"));
    }

    [Test, Platform("Linux")]
    public async Task A_pipe_keeps_nobody_waiting()
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        using (var made = System.Diagnostics.Process.Start("mkfifo", Path.Combine(registry.DatasetsFolder, "station.csv")))
            await made.WaitForExitAsync();

        Assert.That(
            () => registry.Get<ISourceCatalog>().ResolveAsync(new("station"), default).WaitAsync(TimeSpan.FromSeconds(20)),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("no regular file"));
    }

    [Test]
    public async Task A_file_in_the_folder_is_imported_under_its_hash([Values] Stack stack)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(stack);
        await WriteAsync(registry, "station.csv", "train");
        await WriteAsync(registry, "station_test.csv", "test");

        var files = await registry.Get<ISourceCatalog>().ResolveAsync(new("station"), default);

        using var train = await registry.Store.ReadAllAsync(ObjectKeys.Source(files.TrainSha256), default);
        using var test = await registry.Store.ReadAllAsync(ObjectKeys.Source(files.TestSha256!), default);
        Assert.That((Text(train), Text(test)), Is.EqualTo(("train", "test")));
    }

    [Test]
    public async Task The_same_bytes_are_no_new_version_and_changed_ones_are([Values] Stack stack)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(stack);
        var catalog = registry.Get<ISourceCatalog>();
        var found = new List<string>();
        foreach (var content in (string[])["one", "one", "two", "one"])
        {
            await WriteAsync(registry, "station.csv", content);
            found.Add((await catalog.ResolveAsync(new("station"), default)).TrainSha256);
        }

        var versions = await registry.UseAsync(db => db.Sources.OrderBy(s => s.Version).Select(s => s.Sha256).ToListAsync());
        Assert.That(found[1], Is.EqualTo(found[0]));
        Assert.That(found[2], Is.Not.EqualTo(found[0]));
        Assert.That(found[3], Is.EqualTo(found[0]), "what the folder holds now is in use, also when it was there before");
        Assert.That(versions, Is.EqualTo([found[0], found[2], found[0]]));
    }

    [Test]
    public async Task Those_who_ask_at_once_import_one_version([Values] Stack stack)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(stack);
        await using var other = registry.Again();
        await WriteAsync(registry, "station.csv", "content");

        var found = await RegistryUnderTest.TogetherAsync(
            10, i => (i % 2 == 0 ? registry : other).Get<ISourceCatalog>().ResolveAsync(new("station"), default));

        Assert.That(found.Select(f => f.TrainSha256).Distinct().Count(), Is.EqualTo(1));
        Assert.That(await registry.UseAsync(db => db.Sources.Select(s => s.Version).ToListAsync()), Is.EqualTo([1]));
    }

    [Test]
    public async Task A_file_dropped_into_the_bucket_is_found([Values] Stack stack)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(stack);
        await registry.Store.PutAsync(new ObjectKey(ObjectKeys.DatasetBucket, "dropped.csv"), Encoding.UTF8.GetBytes("dropped"), default);
        var catalog = registry.Get<ISourceCatalog>();
        var names = await catalog.NamesAsync(default);

        var files = await catalog.ResolveAsync(new("dropped"), default);

        using var train = await registry.Store.ReadAllAsync(ObjectKeys.Source(files.TrainSha256), default);
        Assert.That(names.Select(n => n.Value), Is.EqualTo(["dropped"]));
        Assert.That(Text(train), Is.EqualTo("dropped"));
        Assert.That(files.TestSha256, Is.Null);
        Assert.That(
            (await catalog.NamesAsync(default)).Select(n => n.Value), Is.EqualTo(["dropped"]), "the copy under its hash is no dataset");
    }

    [Test]
    public async Task A_name_nobody_knows_is_answered_with_those_there_are()
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        await WriteAsync(registry, "north.csv", "n");
        await WriteAsync(registry, "south.csv", "s");
        await WriteAsync(registry, "south_test.csv", "t");

        Assert.That(
            () => registry.Get<ISourceCatalog>().ResolveAsync(new("west"), default),
            Throws.InstanceOf<NotFoundException>().With.Message.Contains("north, south."));
    }

    [Test]
    public async Task A_name_in_use_stays_known_when_its_file_is_taken_away()
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        await WriteAsync(registry, "station.csv", "content");
        var before = await registry.Get<ISourceCatalog>().ResolveAsync(new("station"), default);
        File.Delete(Path.Combine(registry.DatasetsFolder, "station.csv"));

        Assert.That(await registry.Get<ISourceCatalog>().ResolveAsync(new("station"), default), Is.EqualTo(before));
    }

    [Test]
    public async Task A_file_that_is_still_being_written_is_not_imported()
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        var catalog = registry.Get<ISourceCatalog>();
        var path = Path.Combine(registry.DatasetsFolder, "growing.csv");
        await File.WriteAllBytesAsync(path, new byte[32 << 20]);
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            while (!enough.IsCancellationRequested)
            {
                file.Write(new byte[64]);
                file.Flush();
                if (file.Length >= 1L << 28)
                    file.SetLength(1L << 27); // It goes on changing.
            }
        });

        while (new FileInfo(path).Length == 32 << 20)
            await Task.Delay(1);

        // On a busy machine nothing may be written for as long as a look takes.
        string? said = null;
        for (var tries = 0; tries < 50 && said is null; tries++)
            said = await RefusedAsync();
        Assert.That(said, Does.Contain("growing.csv"));
        await enough.CancelAsync();
        await writing;
        Assert.That((await catalog.ResolveAsync(new("growing"), default)).TestSha256, Is.Null, "what is complete is imported");

        async Task<string?> RefusedAsync()
        {
            try
            {
                await catalog.ResolveAsync(new("growing"), default);
                return null;
            }
            catch (UnavailableException e)
            {
                return e.Message;
            }
        }
    }

    [Test]
    public async Task A_file_that_is_as_it_was_by_length_and_time_is_not_read_again_until_it_changes()
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        var (catalog, file) = (registry.Get<ISourceCatalog>(), Path.Combine(registry.DatasetsFolder, "station.csv"));
        var written = DateTime.UtcNow.AddMinutes(-5);
        async Task<string> AskAsync(string content, DateTime at)
        {
            await WriteAsync(registry, "station.csv", content);
            File.SetLastWriteTimeUtc(file, at);
            return (await catalog.ResolveAsync(new("station"), default)).TrainSha256;
        }

        var first = await AskAsync("one", written);

        Assert.That(await AskAsync("two", written), Is.EqualTo(first), "it was not looked into");
        var second = await AskAsync("two", written.AddMinutes(10));
        Assert.That(second, Is.Not.EqualTo(first));
        var third = await AskAsync("six", written.AddMinutes(10));
        Assert.That(third, Is.Not.EqualTo(second), "what has only just been written is looked into");
    }

    [Test]
    public async Task A_file_of_the_bucket_is_read_once_however_many_ask_at_once_and_again_when_it_changes()
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        var store = new HeldStore(registry.Store);
        var (folder, time) = (new SourceFolder(registry.DatasetsFolder), TimeProvider.System);
        var versions = new SourceVersions(registry.Get<IDbContextFactory<RegistryDbContext>>(), store, time);
        var import = new SourceImport(versions, registry.Get<FollowedPlaces>(), store, folder, new DatasetOptions(), time);
        var catalog = new SourceCatalog(versions, import, registry.Get<SourceSeries>(), folder, store);
        async Task DropAsync(string text, int minutesAgo)
        {
            var key = new ObjectKey(ObjectKeys.DatasetBucket, "dropped.csv");
            await registry.Store.PutAsync(key, Encoding.UTF8.GetBytes(text), default);
            File.SetLastWriteTimeUtc(
                Path.Combine(registry.ObjectsFolder, key.Bucket, key.Key), DateTime.UtcNow.AddMinutes(-minutesAgo));
        }

        await DropAsync("one", minutesAgo: 5);
        var first = await RegistryUnderTest.TogetherAsync(20, _ => catalog.ResolveAsync(new("dropped"), default));
        var reads = store.Read.Count;
        await DropAsync("two", minutesAgo: -5);
        var second = await catalog.ResolveAsync(new("dropped"), default);

        Assert.That(reads, Is.EqualTo(1));
        Assert.That(first.Distinct().Single().TrainSha256, Is.Not.EqualTo(second.TrainSha256));
        Assert.That(store.Read, Has.Count.EqualTo(2));
    }

    private static Task WriteAsync(RegistryUnderTest registry, string name, string text) =>
        File.WriteAllTextAsync(Path.Combine(registry.DatasetsFolder, name), text);

    private static string Text(MemoryStream bytes) => Encoding.UTF8.GetString(bytes.ToArray());
}
