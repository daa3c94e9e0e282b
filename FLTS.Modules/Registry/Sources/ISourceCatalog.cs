using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Sources;

/// <summary>
/// Sources by name. A source is kept in the object store by the hash of its bytes; the registry knows which name points at which.
/// </summary>
internal interface ISourceCatalog
{
    /// <summary>Versions, options and measurements that this process has stored since it started.</summary>
    long Additions { get; }

    /// <summary>
    /// The newest files of a series by its name, without what the log has beside them; one that is new in the folder (or bucket) is
    /// imported first. A name may be that of a series of a dataset whose files hold several.
    /// </summary>
    /// <exception cref="InvalidInputException">Not a name, or that of a dataset whose files hold several series: lists them.</exception>
    /// <exception cref="NotFoundException">No such dataset; lists those there are.</exception>
    Task<SourceFiles> ResolveAsync(DatasetName name, CancellationToken cancellation);

    /// <summary>As <see cref="ResolveAsync"/>, also of a dataset whose files hold several series.</summary>
    /// <exception cref="InvalidInputException">Not a name.</exception>
    /// <exception cref="NotFoundException">No such dataset; lists those there are.</exception>
    Task<SourceFiles> GetAsync(DatasetName name, CancellationToken cancellation);

    /// <summary>As <see cref="GetAsync"/>; null where there is none.</summary>
    /// <exception cref="InvalidInputException">Not a name.</exception>
    Task<SourceFiles?> FindAsync(DatasetName name, CancellationToken cancellation);

    /// <summary>The newest sources of a name as the registry knows them; nothing is imported. Null: none.</summary>
    Task<SourceFiles?> NewestAsync(DatasetName name, CancellationToken cancellation);

    /// <summary>The series that the files of a dataset hold.</summary>
    /// <exception cref="InvalidInputException">The files cannot be read so.</exception>
    Task<SeriesList> SeriesAsync(SourceFiles files, CancellationToken cancellation);

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
    /// <param name="cancellation">Stops before the row is written.</param>
    /// <param name="options">Stored with it, in the place of those there are. Null: those there are stay.</param>
    /// <returns>The newest version, which says the same.</returns>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    Task<SourceRow> AddAsync(
        DatasetName name, string part, Stream file, CancellationToken cancellation, SourceOptions? options = null);

    /// <summary>Stores options with a dataset, in the place of those there are.</summary>
    Task SetOptionsAsync(DatasetName name, SourceOptions options, CancellationToken cancellation);

    /// <summary>Every name there is.</summary>
    Task<IReadOnlyList<DatasetName>> NamesAsync(CancellationToken cancellation);
}

/// <summary>Train and, where there is one, test file of a dataset.</summary>
internal sealed record SourceFiles(DatasetName Name, string TrainSha256, string? TestSha256)
{
    /// <summary>How they are read.</summary>
    public SourceOptions Options { get; init; } = SourceOptions.None;

    /// <summary>The dataset whose files these are: where this is a series of one, that one.</summary>
    public DatasetName Whole { get; init; } = Name;

    /// <summary>The zone that is stored with the dataset, whose instants the times of its log are; null: they are without zone.</summary>
    public string? Timezone { get; init; }

    /// <summary>When train and test came; no part of what they hold, by which files are compared.</summary>
    public (DateTimeOffset Train, DateTimeOffset? Test) Since { get; init; }

    public bool Equals(SourceFiles? other) => other is not null
        && (Name, TrainSha256, TestSha256, Options, Whole) == (other.Name, other.TrainSha256, other.TestSha256, other.Options, other.Whole);

    public override int GetHashCode() => HashCode.Combine(Name, TrainSha256, TestSha256, Options, Whole);
}

/// <summary>
/// Folder with <c>name.csv</c> and <c>name_test.csv</c>; default <c>datasets</c> in the data folder, which need not exist.
/// </summary>
internal sealed record SourceFolder(string Path);
