using FLTS.Modules.Storage;
using NUnit.Framework;

namespace FLTS.Tests.Storage;

[TestFixture, Parallelizable]
internal sealed class FolderFaultTests
{
    private static readonly ObjectKey _key = ObjectKeys.Pointer(new("station"));
    private TemporaryFolder _folder = null!;
    private FolderObjectStore _store = null!;

    private string Root => _folder["objects"];

    [SetUp]
    public async Task Start()
    {
        _folder = new TemporaryFolder();
        _store = new FolderObjectStore(Root, TimeProvider.System);
        await _store.ProbeAsync(default);
        await _store.PutAsync(_key, [1, 2, 3], default);
    }

    [TearDown]
    public void Stop() => _folder.Dispose();

    [Test]
    public async Task A_root_replaced_by_a_file_refuses_everything_and_works_again_afterwards()
    {
        Directory.Move(Root, _folder["aside"]);
        await File.WriteAllTextAsync(Root, "");
        RefusesToRead();
        Assert.That(
            () => _store.PutAsync(_key, [4], default),
            Throws.InstanceOf<UnavailableException>().With.Message.Contains(Root),
            "put");
        Assert.That(() => _store.ProbeAsync(default), Throws.InstanceOf<UnavailableException>(), "probe");

        File.Delete(Root);
        Directory.Move(_folder["aside"], Root);

        Assert.That((await _store.StatAsync(_key, default))?.Size, Is.EqualTo(3));
    }

    [Test]
    public void A_root_that_is_gone_has_not_lost_its_objects()
    {
        Directory.Move(Root, _folder["aside"]);
        RefusesToRead();
    }

    [TestCase("../outside")]
    [TestCase("a/../../outside")]
    [TestCase("/etc/passwd")]
    [TestCase("a//b")]
    [TestCase("a/./b")]
    [TestCase("a\\..\\b")]
    [TestCase("C:/x")]
    [TestCase("")]
    [TestCase("a\0b")]
    public void No_key_leads_out_of_its_bucket(string key) => Assert.Multiple(() =>
    {
        var bad = new ObjectKey(ObjectKeys.ModelsBucket, key);
        Assert.That(() => _store.PutAsync(bad, [1], default), Throws.InstanceOf<InvalidInputException>(), "put");
        Assert.That(() => _store.OpenReadAsync(bad, default), Throws.InstanceOf<InvalidInputException>(), "read");
        Assert.That(() => _store.DeleteAsync(bad, default), Throws.InstanceOf<InvalidInputException>(), "delete");
    });

    [Test]
    public async Task What_a_killed_process_left_half_written_is_neither_listed_nor_kept_for_ever()
    {
        var left = Path.Combine(Root, ObjectKeys.ModelsBucket, "object.0123.writing~");
        await File.WriteAllTextAsync(left, "half");
        var listed = new List<string>();
        await foreach (var found in _store.ListAsync(ObjectKeys.ModelsBucket, "", default))
            listed.Add(found.Key.Key);
        await _store.ProbeAsync(default);
        Assert.That(File.Exists(left), Is.True, "somebody may be writing it now");

        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-2));
        await _store.ProbeAsync(default);

        Assert.That(listed, Is.Empty);
        Assert.That(File.Exists(left), Is.False);
    }

    private void RefusesToRead() => Assert.Multiple(() =>
    {
        Assert.That(() => _store.StatAsync(_key, default), Throws.InstanceOf<UnavailableException>(), "stat");
        Assert.That(() => _store.OpenReadAsync(_key, default), Throws.InstanceOf<UnavailableException>(), "read");
        Assert.That(() => _store.DeleteAsync(_key, default), Throws.InstanceOf<UnavailableException>(), "delete");
        Assert.That(
            async () => await _store.ListAsync(_key.Bucket, "", default).GetAsyncEnumerator().MoveNextAsync(),
            Throws.InstanceOf<UnavailableException>(),
            "list");
    });
}
