using System.Security.Cryptography;
using System.Text;
using FLTS.Modules.Contracts;
using FLTS.Modules.Registry;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres)]
internal sealed class SourceCatalogTests(Database database)
{
    private TestRegistry _registry = null!;
    private ISourceCatalog _catalog = null!;

    [SetUp]
    public async Task Start()
    {
        _registry = await TestRegistry.StartAsync(database);
        _catalog = _registry.Get<ISourceCatalog>();
    }

    [TearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    [Test]
    public async Task A_file_of_the_folder_is_kept_under_the_hash_of_its_bytes()
    {
        await WriteAsync("station.csv", "train");
        await WriteAsync("station_test.csv", "test");

        var files = await _catalog.ResolveAsync("station", default);

        Assert.That(files, Is.EqualTo(new SourceFiles("station", Hash("train"), Hash("test"))));
        using var kept = await _registry.Get<IObjectStore>().ReadAllAsync(ObjectKeys.Source(files.TrainSha256), default);
        Assert.That(Encoding.UTF8.GetString(kept.ToArray()), Is.EqualTo("train"));
    }

    [Test]
    public async Task The_same_bytes_are_the_same_version_and_others_the_next()
    {
        await WriteAsync("station.csv", "one");
        await _catalog.ResolveAsync("station", default);
        await _catalog.ResolveAsync("station", default);
        Assert.That(await VersionsAsync(), Is.EqualTo([Hash("one")]));

        await WriteAsync("station.csv", "two");
        Assert.That((await _catalog.ResolveAsync("station", default)).TrainSha256, Is.EqualTo(Hash("two")));
        Assert.That(await VersionsAsync(), Is.EqualTo([Hash("one"), Hash("two")]));
    }

    [Test]
    public async Task Many_who_import_the_same_file_make_one_version()
    {
        await WriteAsync("station.csv", "one");

        var found = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => _catalog.ResolveAsync("station", default))));

        Assert.That(found.Distinct().Count(), Is.EqualTo(1));
        Assert.That(await VersionsAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_file_in_the_bucket_is_a_dataset_as_well()
    {
        await _registry.Get<IObjectStore>().PutAsync(new ObjectKey(ObjectKeys.DatasetBucket, "uploaded.csv"), Encoding.UTF8.GetBytes("bytes"), default);

        Assert.That((await _catalog.ResolveAsync("uploaded", default)).TrainSha256, Is.EqualTo(Hash("bytes")));
        Assert.That(await _catalog.NamesAsync(default), Is.EqualTo(["uploaded"]), "the object kept under its hash is no name");
    }

    [Test]
    public async Task A_dataset_whose_file_was_taken_away_is_still_known()
    {
        await WriteAsync("station.csv", "one");
        await _catalog.ResolveAsync("station", default);
        File.Delete(Path.Combine(_registry.SourceFolder, "station.csv"));

        Assert.That((await _catalog.ResolveAsync("station", default)).TrainSha256, Is.EqualTo(Hash("one")));
    }

    [Test]
    public async Task A_file_that_is_still_being_written_is_not_imported()
    {
        var path = Path.Combine(_registry.SourceFolder, "growing.csv");
        await File.WriteAllBytesAsync(path, new byte[8 << 20]);
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            while (!enough.IsCancellationRequested && file.Length < 1L << 28)
            {
                file.Write(new byte[64]);
                file.Flush();
                Thread.Yield();
            }
        });

        Assert.That(() => _catalog.ResolveAsync("growing", default), Throws.InstanceOf<UnavailableException>().With.Message.Contains("growing.csv"));
        await enough.CancelAsync();
        await writing;
        Assert.That((await _catalog.ResolveAsync("growing", default)).TestSha256, Is.Null, "what is complete is imported");
    }

    [Test]
    public async Task An_unknown_name_is_answered_with_the_known_ones()
    {
        await WriteAsync("station.csv", "one");
        await WriteAsync("station_test.csv", "two");
        await WriteAsync("other.csv", "three");

        Assert.That(() => _catalog.ResolveAsync("nowhere", default), Throws.InstanceOf<NotFoundException>().With.Message.Contains("other, station."));
    }

    [TestCase("")]
    [TestCase("../station")]
    [TestCase("a/b")]
    [TestCase(".hidden")]
    [TestCase("station_test")]
    [TestCase("name\n")]
    [TestCase("12345678901234567890123456789012345678901234567890123456789012345")]
    public void What_is_no_name_is_refused(string name) =>
        Assert.That(() => _catalog.ResolveAsync(name, default), Throws.InstanceOf<InvalidInputException>().With.Message.Contains("dataset name"));

    private Task WriteAsync(string file, string text) => File.WriteAllTextAsync(Path.Combine(_registry.SourceFolder, file), text);

    private async Task<List<string>> VersionsAsync()
    {
        await using var db = await _registry.OpenAsync();
        return await db.Sources.AsNoTracking().OrderBy(s => s.Version).Select(s => s.Sha256).ToListAsync();
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
