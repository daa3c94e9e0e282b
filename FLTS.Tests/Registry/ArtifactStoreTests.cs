using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture, Parallelizable]
internal sealed class ArtifactStoreTests
{
    private const string File = "NAIVE/model.json";
    private static readonly byte[] _model = Encoding.UTF8.GetBytes("{\"a\": 1}");

    private RegistryUnderTest _registry = null!;

    [TearDown]
    public async Task Dispose() => await _registry.DisposeAsync();

    [Test]
    public async Task What_was_uploaded_is_opened_by_another_process([Values] Stack stack)
    {
        var sha256 = await UploadAsync(stack);
        await using var other = WithoutCache();

        var opened = await OpenAsync(other, sha256);

        Assert.That(opened.Files.Keys, Is.EqualTo([File]));
        Assert.That(opened.Files[File], Is.EqualTo(_model));
        Assert.That(opened.Folder("NAIVE")["model.json"], Is.EqualTo(_model));
        Assert.That((opened.Manifest.RunId, opened.ManifestSha256), Is.EqualTo((new RunId("run"), sha256)));
    }

    [Test]
    public async Task One_changed_byte_is_found_and_its_file_is_named([Values] Stack stack)
    {
        var sha256 = await UploadAsync(stack);
        var changed = (byte[])_model.Clone();
        changed[2] ^= 1;
        await _registry.Store.PutAsync(ObjectKeys.Artifact(new("run"), 1, File), changed, default);

        AssertCorrupt(sha256, File, "SHA-256");
    }

    [Test]
    public async Task A_file_that_is_shorter_than_its_manifest_says_is_found([Values] Stack stack)
    {
        var sha256 = await UploadAsync(stack);
        await _registry.Store.PutAsync(ObjectKeys.Artifact(new("run"), 1, File), _model[..^1], default);

        AssertCorrupt(sha256, File, $"{_model.Length - 1} bytes");
    }

    [Test]
    public async Task A_file_that_is_gone_is_named([Values] Stack stack)
    {
        var sha256 = await UploadAsync(stack);
        await _registry.Store.DeleteAsync(ObjectKeys.Artifact(new("run"), 1, File), default);

        AssertCorrupt(sha256, File, "missing");
    }

    [Test]
    public async Task A_manifest_that_is_not_the_recorded_one_is_refused()
    {
        var sha256 = await UploadAsync(Stack.Embedded);
        await _registry.Store.PutAsync(ObjectKeys.Manifest(new("run"), 1), Manifest(size: _model.Length, version: "other"), default);

        AssertCorrupt(sha256, "manifest.json", "SHA-256");
    }

    [Test]
    public async Task A_manifest_that_lies_about_a_size_is_refused()
    {
        var sha256 = await UploadAsync(Stack.Embedded, size: 1L << 40);

        AssertCorrupt(sha256, File, "1099511627776");
    }

    [TestCase("{}")]
    [TestCase("null")]
    [TestCase("[1]")]
    [TestCase("not json")]
    public async Task A_manifest_that_is_none_is_corrupt_and_not_an_accident(string manifest)
    {
        _registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        var bytes = Encoding.UTF8.GetBytes(manifest);
        await _registry.Store.PutAsync(ObjectKeys.Manifest(new("run"), 1), bytes, default);

        AssertCorrupt(Hash(bytes), "run", "manifest");
    }

    [Test]
    public async Task A_manifest_of_another_run_is_refused()
    {
        _registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        var bytes = Manifest(_model.Length, runId: "another");
        await _registry.Store.PutAsync(ObjectKeys.Manifest(new("run"), 1), bytes, default);

        AssertCorrupt(Hash(bytes), "another", "run");
    }

    [TestCase("../../secret", null)]
    [TestCase("/etc/passwd", null)]
    [TestCase("a//b", null)]
    [TestCase("fine", "../../../secret")]
    public async Task A_manifest_that_points_elsewhere_is_refused(string path, string? sha256)
    {
        _registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        var manifest = JsonSerializer.Deserialize<ArtifactManifest>(Manifest(_model.Length), RegistryJson.Options)!;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(
            manifest with { Files = [new ManifestFile(path, 1, sha256 ?? new string('0', 64))] }, RegistryJson.Options);
        await _registry.Store.PutAsync(ObjectKeys.Manifest(new("run"), 1), bytes, default);

        AssertCorrupt(Hash(bytes), "relative path");
    }

    [Test]
    public async Task What_was_opened_once_is_served_while_the_store_is_away()
    {
        var sha256 = await UploadAsync(Stack.Embedded);
        await OpenAsync(_registry, sha256);
        TakeStoreAway();

        var opened = await OpenAsync(_registry, sha256);

        Assert.That(opened.Files[File], Is.EqualTo(_model));
    }

    [Test]
    public async Task A_byte_that_changed_in_the_store_after_it_was_cached_is_found_by_whoever_asks_for_what_is_stored([Values] Stack stack)
    {
        var sha256 = await UploadAsync(stack);
        await OpenAsync(_registry, sha256, ArtifactSource.Store);
        var changed = (byte[])_model.Clone();
        changed[2] ^= 1;
        await _registry.Store.PutAsync(ObjectKeys.Artifact(new("run"), 1, File), changed, default);

        Assert.That(
            () => OpenAsync(_registry, sha256, ArtifactSource.Store),
            Throws.InstanceOf<CorruptArtifactException>().With.Message.Contains(File));
        Assert.That((await OpenAsync(_registry, sha256)).Files[File], Is.EqualTo(_model), "serving goes on with what was verified");

        await _registry.Store.PutAsync(ObjectKeys.Artifact(new("run"), 1, File), _model, default);
        Assert.That((await OpenAsync(_registry, sha256, ArtifactSource.Store)).Files[File], Is.EqualTo(_model), "put right again");
    }

    [Test]
    public async Task Hits_and_misses_of_the_cache_are_counted_and_an_unchanged_tag_spares_the_reading([Values] Stack stack)
    {
        var sha256 = await UploadAsync(stack);
        using var counted = new CacheCounts(_registry.Get<IMeterFactory>());

        await OpenAsync(_registry, sha256, ArtifactSource.Store);
        Assert.That(counted.Take(), Is.EqualTo((0, 2)), "the manifest and its file");
        await OpenAsync(_registry, sha256);
        Assert.That(counted.Take(), Is.EqualTo((2, 0)));
        await OpenAsync(_registry, sha256, ArtifactSource.Store);
        Assert.That(counted.Take(), Is.EqualTo(stack == Stack.Full ? (2, 0) : (0, 2)), "a folder keeps no tags: it is read and hashed");
    }

    [Test]
    public async Task What_is_cached_does_not_stand_in_for_a_store_that_is_away_where_the_store_is_asked_for()
    {
        var sha256 = await UploadAsync(Stack.Embedded);
        await OpenAsync(_registry, sha256);
        TakeStoreAway();

        Assert.That(() => OpenAsync(_registry, sha256, ArtifactSource.Store), Throws.InstanceOf<UnavailableException>());
    }

    [Test]
    public async Task A_spoiled_cache_is_read_around_and_mended()
    {
        var sha256 = await UploadAsync(Stack.Embedded);
        await OpenAsync(_registry, sha256);
        foreach (var cached in Directory.GetFiles(CacheFolder))
            await System.IO.File.WriteAllTextAsync(cached, "spoiled");

        var opened = await OpenAsync(_registry, sha256);

        Assert.That(opened.Files[File], Is.EqualTo(_model));
        Assert.That(
            Directory.GetFiles(CacheFolder).Select(f => (Path.GetFileName(f), Hash(System.IO.File.ReadAllBytes(f)))),
            Has.All.Matches<(string Name, string Hash)>(f => f.Name == f.Hash));
    }

    [Test]
    public async Task Without_cache_and_store_the_model_is_unavailable_not_corrupt()
    {
        var sha256 = await UploadAsync(Stack.Embedded);
        TakeStoreAway();

        Assert.That(() => OpenAsync(_registry, sha256), Throws.InstanceOf<UnavailableException>());
    }

    [Test]
    public async Task An_upload_that_the_store_refuses_keeps_the_staged_files()
    {
        _registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        var staging = Stage(_model.Length);
        TakeStoreAway();

        Assert.That(
            () => _registry.Get<IArtifactStore>().UploadAsync(new("run"), 1, staging, default),
            Throws.InstanceOf<UnavailableException>());
        Assert.That(Directory.GetFiles(staging, "*", SearchOption.AllDirectories), Has.Length.EqualTo(2));
    }

    private string CacheFolder => Path.Combine(_registry.Settings["Data:Directory"]!, "cache", "artifacts");

    private async Task<string> UploadAsync(Stack stack, long? size = null)
    {
        _registry = await RegistryUnderTest.ReadyAsync(stack);
        return await _registry.Get<IArtifactStore>().UploadAsync(new("run"), 1, Stage(size ?? _model.Length), default);
    }

    private string Stage(long size)
    {
        var folder = _registry.Folder["staged"];
        Directory.CreateDirectory(Path.Combine(folder, "NAIVE"));
        System.IO.File.WriteAllBytes(Path.Combine(folder, File), _model);
        System.IO.File.WriteAllBytes(Path.Combine(folder, "manifest.json"), Manifest(size));
        return folder;
    }

    private static byte[] Manifest(long size, string version = "1", string runId = "run") => JsonSerializer.SerializeToUtf8Bytes(
        new ArtifactManifest(
            new(runId), 1, "NAIVE", new("hash"), new("params"), new("station"), [], ["down"], ["down"], 1, 1, 120, false,
            new ManifestSpan(DateTime.UnixEpoch, DateTime.UnixEpoch, 1), null, new GoldenPrediction(0, [[1]], 1e-4), null,
            new Dictionary<string, string> { ["flts"] = version }, [new ManifestFile(File, size, Hash(_model))]),
        RegistryJson.Options);

    private void TakeStoreAway()
    {
        var objects = Path.Combine(_registry.Settings["Data:Directory"]!, "objects");
        Directory.Delete(objects, recursive: true);
        System.IO.File.WriteAllText(objects, "away");
    }

    private RegistryUnderTest WithoutCache()
    {
        if (Directory.Exists(CacheFolder))
            Directory.Delete(CacheFolder, recursive: true);

        return _registry.Again();
    }

    private void AssertCorrupt(string sha256, params string[] words)
    {
        var message = Assert.ThrowsAsync<CorruptArtifactException>(() => OpenAsync(_registry, sha256))!.Message;
        foreach (var word in words)
            Assert.That(message, Does.Contain(word));
    }

    private static Task<StoredModel> OpenAsync(RegistryUnderTest registry, string sha256, ArtifactSource source = ArtifactSource.Cache) =>
        registry.Get<IArtifactStore>().OpenAsync(new("run"), 1, sha256, source, default);

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Hits and misses of one registry since the last look; each has meters of its own.</summary>
    private sealed class CacheCounts : IDisposable
    {
        private readonly MeterListener _listener = new();
        private (int Hits, int Misses) _now;
        private (int Hits, int Misses) _before;

        public CacheCounts(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "flts_artifact_cache_requests_total" && instrument.Meter.Scope == meters)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
                _now = tags[0].Value is "hit" ? (_now.Hits + (int)count, _now.Misses) : (_now.Hits, _now.Misses + (int)count));
            _listener.Start();
            Take();
        }

        public (int Hits, int Misses) Take()
        {
            (_before, _now) = (_now, default);
            _listener.RecordObservableInstruments();
            return (_now.Hits - _before.Hits, _now.Misses - _before.Misses);
        }

        public void Dispose() => _listener.Dispose();
    }
}
