using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Sources;

/// <summary>
/// Sources by name. A source is kept in the object store by the hash of its bytes; the registry knows which name points at which.
/// </summary>
internal interface ISourceCatalog
{
    /// <summary>Versions that this process has added since it started.</summary>
    long Additions { get; }

    /// <summary>The newest sources of a name; a file that is new in the folder (or bucket) is imported first.</summary>
    /// <exception cref="InvalidInputException">Not a name.</exception>
    /// <exception cref="NotFoundException">No such dataset; lists those there are.</exception>
    Task<SourceFiles> ResolveAsync(DatasetName name, CancellationToken cancellation);

    /// <summary>As <see cref="ResolveAsync"/>; null where there is none.</summary>
    /// <exception cref="InvalidInputException">Not a name.</exception>
    Task<SourceFiles?> FindAsync(DatasetName name, CancellationToken cancellation);

    /// <summary>The newest sources of a name as the registry knows them; nothing is imported. Null: none.</summary>
    Task<SourceFiles?> NewestAsync(DatasetName name, CancellationToken cancellation);

    /// <summary>
    /// Every version of a name, train before test, newest first; files that are new in the folder (or bucket) among them.
    /// </summary>
    /// <exception cref="InvalidInputException">Not a name.</exception>
    /// <exception cref="NotFoundException">No such dataset.</exception>
    Task<IReadOnlyList<SourceRow>> VersionsAsync(DatasetName name, CancellationToken cancellation);

    /// <summary>Makes a file the newest version of a name and part: the object first, then the row.</summary>
    /// <param name="name">Name of the dataset; see <see cref="DatasetNames"/>.</param>
    /// <param name="part"><c>train</c> or <c>test</c>.</param>
    /// <param name="file">Its bytes, seekable.</param>
    /// <param name="over">Version it was made from: another newest version makes it fail. Null: whatever is newest.</param>
    /// <param name="cancellation">Stops before the row is written.</param>
    /// <returns>The newest version, which says the same; null: another one came in between.</returns>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    Task<SourceRow?> AddAsync(DatasetName name, string part, Stream file, int? over, CancellationToken cancellation);

    /// <summary>Every name there is.</summary>
    Task<IReadOnlyList<DatasetName>> NamesAsync(CancellationToken cancellation);
}

/// <summary>Train and, where there is one, test file of a dataset.</summary>
internal sealed record SourceFiles(DatasetName Name, string TrainSha256, string? TestSha256);

/// <summary>
/// Folder with <c>name.csv</c> and <c>name_test.csv</c>; default <c>datasets</c> in the data folder, which need not exist.
/// </summary>
internal sealed record SourceFolder(string Path);
