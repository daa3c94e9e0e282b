using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FLTS.Modules.Contracts;
using FLTS.Modules.Registry;
using FLTS.Modules.Storage;
using FLTS.Tests.TestKit;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture]
internal sealed class ArtifactStoreTests
{
    private const string Run = "run";
    private const string Weights = "GRU/weights.safetensors";
    private TemporaryFolder _folder = null!;
    private FolderObjectStore _objects = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = new TemporaryFolder();
        _objects = new FolderObjectStore(_folder["objects"], TimeProvider.System);
        await _objects.ProbeAsync(default);
    }

    [TearDown]
    public void Stop() => _folder.Dispose();

    [Test]
    public async Task What_was_uploaded_opens_with_every_byte()
    {
        var sha256 = await UploadAsync(Listed());

        var stored = await Fresh().OpenAsync(Run, 1, sha256, default);

        Assert.That(Encoding.UTF8.GetString(stored.Files[Weights]), Is.EqualTo("weights"));
        Assert.That(Encoding.UTF8.GetString(stored.Folder("scaler")["scaler.json"]), Is.EqualTo("{}"));
        Assert.That(stored.ManifestSha256, Is.EqualTo(sha256));
        Assert.That(stored.Manifest.Targets, Is.EqualTo(["down"]));
    }

    [Test]
    public async Task One_changed_byte_is_refused_by_name([Values(Weights, "manifest.json")] string file)
    {
        var sha256 = await UploadAsync(Listed());
        var path = _folder[$"objects/models/{Run}/1/{file}"];
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        Assert.That(() => Fresh().OpenAsync(Run, 1, sha256, default), Throws.InstanceOf<CorruptArtifactException>().With.Message.Contains(file));
    }

    [Test]
    public async Task A_missing_file_is_refused_by_name([Values(Weights, "manifest.json")] string file)
    {
        var sha256 = await UploadAsync(Listed());
        File.Delete(_folder[$"objects/models/{Run}/1/{file}"]);

        Assert.That(() => Fresh().OpenAsync(Run, 1, sha256, default), Throws.InstanceOf<CorruptArtifactException>().With.Message.Contains(file));
    }

    [Test]
    public async Task A_manifest_that_lies_about_size_or_hash_is_refused()
    {
        var size = await UploadAsync([.. Listed().Select(f => f.Path == Weights ? f with { Size = f.Size + 1 } : f)]);
        Assert.That(() => Fresh().OpenAsync(Run, 1, size, default), Throws.InstanceOf<CorruptArtifactException>().With.Message.Contains(Weights), "size");

        var hash = await UploadAsync([.. Listed().Select(f => f.Path == Weights ? f with { Sha256 = new string('0', 64) } : f)]);
        Assert.That(() => Fresh().OpenAsync(Run, 1, hash, default), Throws.InstanceOf<CorruptArtifactException>().With.Message.Contains(Weights), "hash");
    }

    [TestCase("../../secret", null)]
    [TestCase("/etc/passwd", null)]
    [TestCase("a//b", null)]
    [TestCase("fine", "../../../secret")]
    public async Task A_manifest_that_points_elsewhere_is_refused(string path, string? sha256)
    {
        var files = Listed();
        var manifest = Bytes(Manifest([.. files, new ManifestFile(path, 1, sha256 ?? new string('0', 64))]));
        await _objects.PutAsync(ObjectKeys.Manifest(Run, 1), manifest, default);

        Assert.That(() => Fresh().OpenAsync(Run, 1, Hash(manifest), default), Throws.InstanceOf<CorruptArtifactException>().With.Message.Contains("relative path"));
    }

    [Test]
    public async Task A_manifest_of_another_run_is_refused()
    {
        var manifest = Bytes(Manifest(Listed()) with { RunId = "other" });
        await _objects.PutAsync(ObjectKeys.Manifest(Run, 1), manifest, default);

        Assert.That(() => Fresh().OpenAsync(Run, 1, Hash(manifest), default), Throws.InstanceOf<CorruptArtifactException>().With.Message.Contains("other"));
    }

    [Test]
    public async Task What_was_opened_once_opens_while_the_store_is_away_and_nothing_else_does()
    {
        var sha256 = await UploadAsync(Listed());
        var store = Fresh();
        await store.OpenAsync(Run, 1, sha256, default);
        Directory.Move(_folder["objects"], _folder["away"]);

        Assert.That((await store.OpenAsync(Run, 1, sha256, default)).Files, Has.Count.EqualTo(2));
        Assert.That(() => Fresh().OpenAsync(Run, 1, sha256, default), Throws.InstanceOf<UnavailableException>(), "a store that is away was taken for a lost artifact");
    }

    [Test]
    public async Task A_cached_file_that_was_changed_is_read_from_the_store_again()
    {
        var sha256 = await UploadAsync(Listed());
        var cache = _folder["tampered"];
        var store = new ArtifactStore(_objects, new ArtifactCacheFolder(cache));
        await store.OpenAsync(Run, 1, sha256, default);
        foreach (var file in Directory.EnumerateFiles(cache))
            await File.WriteAllTextAsync(file, "tampered");

        Assert.That(Encoding.UTF8.GetString((await store.OpenAsync(Run, 1, sha256, default)).Files[Weights]), Is.EqualTo("weights"));
    }

    [Test]
    public async Task An_upload_that_the_store_refuses_leaves_no_manifest_and_succeeds_later()
    {
        var staging = Stage(Listed());
        Directory.Move(_folder["objects"], _folder["away"]);
        await File.WriteAllTextAsync(_folder["objects"], "");
        Assert.That(() => Fresh().UploadAsync(Run, 1, staging, default), Throws.InstanceOf<UnavailableException>());

        File.Delete(_folder["objects"]);
        Directory.Move(_folder["away"], _folder["objects"]);
        Assert.That(await _objects.StatAsync(ObjectKeys.Manifest(Run, 1), default), Is.Null);
        var sha256 = await Fresh().UploadAsync(Run, 1, staging, default);

        Assert.That((await Fresh().OpenAsync(Run, 1, sha256, default)).Files, Has.Count.EqualTo(2));
    }

    /// <summary>With an empty cache.</summary>
    private ArtifactStore Fresh() => new(_objects, new ArtifactCacheFolder(_folder[$"cache-{Guid.NewGuid():N}"]));

    private Task<string> UploadAsync(IReadOnlyList<ManifestFile> listed) => Fresh().UploadAsync(Run, 1, Stage(listed), default);

    private string Stage(IReadOnlyList<ManifestFile> listed)
    {
        var staging = _folder[$"staging-{Guid.NewGuid():N}"];
        foreach (var (path, text) in Contents)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(staging, path))!);
            File.WriteAllText(Path.Combine(staging, path), text);
        }

        File.WriteAllBytes(Path.Combine(staging, "manifest.json"), Bytes(Manifest(listed)));
        return staging;
    }

    private static Dictionary<string, string> Contents { get; } = new() { [Weights] = "weights", ["scaler/scaler.json"] = "{}" };

    private static List<ManifestFile> Listed() =>
        [.. Contents.Select(c => new ManifestFile(c.Key, c.Value.Length, Hash(Encoding.UTF8.GetBytes(c.Value))))];

    private static ArtifactManifest Manifest(IReadOnlyList<ManifestFile> files) => new(
        Run, 1, "GRU", "hash", "params", "station", [], ["down"], ["down"], 10, 1, 120, false,
        new ManifestSpan(SampleRows.Start.DateTime, SampleRows.Start.DateTime, 1), null, new GoldenPrediction(10, [[0.5]], 1e-6), null, new Dictionary<string, string>(), files);

    private static byte[] Bytes(ArtifactManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, RegistryJson.Options);

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
