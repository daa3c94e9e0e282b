using System.Collections.Concurrent;

namespace FLTS.Modules.Registry.Sources;

/// <summary>
/// Finds what files say of rows that come after them. The same bytes, read alike, say the same, so what was found is kept.
/// </summary>
internal sealed class SourceForms(SourceReader reader, ReadingTurn turn, ComputeBudget budget)
{
    /// <summary>Forms kept: each takes some kilobytes.</summary>
    private const int MostKept = 4096;

    private readonly ConcurrentDictionary<SourceFiles, SourceForm> _kept = new();

    /// <summary>Waits for the files only where they were not read before.</summary>
    /// <exception cref="InvalidInputException">A file cannot be used; names row and column.</exception>
    /// <exception cref="CorruptArtifactException">One was changed after it was stored.</exception>
    public ValueTask<SourceForm> OfAsync(SourceFiles files, CancellationToken cancellation) =>
        _kept.TryGetValue(files, out var kept) ? new(kept) : new(ReadInTurnAsync(files, cancellation));

    private Task<SourceForm> ReadInTurnAsync(SourceFiles files, CancellationToken cancellation) => turn.RunAsync(
        async () =>
        {
            // Somebody may have asked for the same while this request waited.
            if (_kept.TryGetValue(files, out var kept))
                return kept;

            using var reading = budget.EnterReading();
            var header = await reader.HeaderAsync(files, cancellation);
            var (train, test) = await reader.TablesAsync(files, cancellation);
            if (_kept.Count >= MostKept)
                _kept.Clear();
            return _kept[files] = SourceForm.Of(header, train, test);
        },
        cancellation);
}
