
namespace FLTS.Modules.Registry.Artifacts;

/// <summary>A model's files on top of the object store: manifest, SHA-256, local cache.</summary>
internal interface IArtifactStore
{
    /// <summary>
    /// Uploads every file of a staging folder under <c>models/run_id/attempt/</c>, <c>manifest.json</c> last. May be repeated: an upload
    /// that broke off is sent again whole.
    /// </summary>
    /// <returns>SHA-256 of the manifest.</returns>
    /// <exception cref="UnavailableException">The store refuses; the staging folder stays as it is.</exception>
    Task<string> UploadAsync(RunId runId, int attempt, string stagingFolder, CancellationToken cancellation);

    /// <summary>
    /// What a worker uploaded whole before it died and could not record: verified; null where something is missing or differs.
    /// </summary>
    /// <exception cref="UnavailableException">The store cannot be reached.</exception>
    Task<StoredModel?> FindUploadedAsync(RunId runId, int attempt, CancellationToken cancellation);

    /// <summary>Reads the manifest and every file of a succeeded run, each checked against size and SHA-256.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="attempt">Its attempt that succeeded.</param>
    /// <param name="manifestSha256">As the run's row has it.</param>
    /// <param name="source">What is looked at.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UnavailableException">The store cannot be reached.</exception>
    /// <exception cref="CorruptArtifactException">A file is missing or its bytes differ; names it.</exception>
    Task<StoredModel> OpenAsync(RunId runId, int attempt, string manifestSha256, ArtifactSource source, CancellationToken cancellation);
}

/// <summary>Where artifacts are read.</summary>
internal enum ArtifactSource
{
    /// <summary>In this machine's cache; in the store what is not there. For serving, which goes on while the store is away.</summary>
    Cache,

    /// <summary>As the store holds them now. For whoever decides whether a model may be put in force.</summary>
    Store,
}

/// <summary>A verified model: manifest and file bytes by manifest path.</summary>
internal sealed record StoredModel(ArtifactManifest Manifest, string ManifestSha256, IReadOnlyDictionary<string, byte[]> Files)
{
    /// <summary>Files of one folder, by their names inside it (what <see cref="IForecasterFamily"/> wants to load it).</summary>
    public IReadOnlyDictionary<string, byte[]> Folder(string folder) =>
        Files.Where(f => f.Key.StartsWith(folder + "/", StringComparison.Ordinal))
            .ToDictionary(f => f.Key[(folder.Length + 1)..], f => f.Value, StringComparer.Ordinal);
}
