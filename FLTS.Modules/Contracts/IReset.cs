namespace FLTS.Modules.Contracts;

/// <summary>The clean slate, for the command line: a process that is alone on the data.</summary>
public interface IReset
{
    /// <summary>What there is to remove, by name.</summary>
    /// <param name="identifier">Of this one; null: of all.</param>
    /// <param name="cancellation">Stops it.</param>
    Task<IReadOnlyDictionary<string, int>> CountAsync(Identifier? identifier, CancellationToken cancellation);

    /// <summary>Removes runs, promotions and artifacts; source datasets stay.</summary>
    /// <param name="identifier">Of this one; null: of all.</param>
    /// <param name="cancellation">Stops it before anything is removed.</param>
    /// <returns>The runs that are gone.</returns>
    /// <exception cref="ConflictException">A worker is at work on something of it.</exception>
    /// <exception cref="UnavailableException">
    /// The store refuses: rows are gone, objects are removed by the next reset or server.
    /// </exception>
    Task<IReadOnlyList<RunId>> RemoveAsync(Identifier? identifier, CancellationToken cancellation);
}
