using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets.Reduced;

/// <summary>
/// Datasets that charts were drawn of last, so that a zoom reads no file again; those that were not asked for longest go first.
/// </summary>
internal sealed class SeriesCache(DatasetOptions options)
{
    private const long BytesOfMb = 1 << 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<(SourceFiles Files, long Changes, KeptSeries Series)> _kept = new(); // The one asked for last comes first.

    /// <summary>The series of these bytes, read in this way, with so many changes of its log; null: not kept.</summary>
    public KeptSeries? Find(SourceFiles files, long changes)
    {
        lock (_lock)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Files != files || node.Value.Changes != changes)
                    continue;
                _kept.Remove(node);
                _kept.AddFirst(node);
                return node.Value.Series;
            }

            return null;
        }
    }

    /// <summary>Keeps one as long as there is room.</summary>
    public void Keep(SourceFiles files, long changes, KeptSeries series)
    {
        lock (_lock)
        {
            _kept.AddFirst((files, changes, series));
            while (_kept.Last is { } oldest && _kept.Sum(k => k.Series.Bytes) > options.SeriesCacheMb * BytesOfMb)
                _kept.Remove(oldest);
        }
    }
}
