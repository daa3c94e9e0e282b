using FLTS.Modules.Contracts;

namespace FLTS.Modules.Registry;

/// <summary>Sources by name. A source is kept in the object store by the hash of its bytes; the registry knows which name points at which.</summary>
internal interface ISourceCatalog
{
    /// <summary>The newest sources of a name; a file that is new in the folder (or bucket) is imported first.</summary>
    /// <exception cref="InvalidInputException">Not a name.</exception>
    /// <exception cref="NotFoundException">No such dataset; lists those there are.</exception>
    Task<SourceFiles> ResolveAsync(string name, CancellationToken cancellation);

    /// <summary>Every name there is.</summary>
    Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellation);
}

/// <summary>Train and, where there is one, test file of a dataset.</summary>
internal sealed record SourceFiles(string Name, string TrainSha256, string? TestSha256);

/// <summary>Folder with <c>name.csv</c> and <c>name_test.csv</c>; default <c>datasets</c> in the data folder, which need not exist.</summary>
internal sealed record SourceFolder(string Path);
