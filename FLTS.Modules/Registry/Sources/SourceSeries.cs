using System.Collections.Concurrent;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Registry.Sources;

/// <summary>Finds the series that a file holds. The same bytes hold the same, so what was found last is kept.</summary>
internal sealed class SourceSeries(IObjectStore store, DatasetOptions limits, ComputeThreads threads)
{
    /// <summary>Series of one file at most: each is a dataset, and somebody lists them.</summary>
    public const int Most = 1000;

    private const int MostKept = 64;

    private readonly ConcurrentDictionary<(DatasetName Name, string Sha256, SourceOptions Options), SeriesList> _kept = new();

    /// <summary>Names of datasets of which this one may be a series: what stands before each of its dots, the longest first.</summary>
    public static IEnumerable<DatasetName> WholesOf(DatasetName name)
    {
        for (var dot = name.Value.LastIndexOf('.'); dot > 0; dot = name.Value.LastIndexOf('.', dot - 1))
            yield return new DatasetName(name.Value[..dot]);
    }

    /// <summary>The series of a train file.</summary>
    /// <exception cref="InvalidInputException">It cannot be read, lacks the column, or holds more than <see cref="Most"/>.</exception>
    public async Task<SeriesList> OfAsync(DatasetName name, string sha256, SourceOptions options, CancellationToken cancellation)
    {
        if (_kept.TryGetValue((name, sha256, options), out var kept))
            return kept;

        await using var stored = await store.OpenReadAsync(ObjectKeys.Source(sha256), cancellation);
        var found = await threads.RunOnOneAsync(() => Of(name, stored, options, limits, cancellation), cancellation);
        if (_kept.Count >= MostKept)
            _kept.Clear();
        return _kept[(name, sha256, options)] = found;
    }

    /// <summary>The series of a file that is not stored yet.</summary>
    /// <exception cref="InvalidInputException">As <see cref="OfAsync"/>.</exception>
    public static SeriesList Of(
        DatasetName name, Stream file, SourceOptions options, DatasetOptions limits, CancellationToken cancellation) =>
        SeriesList.Of(name, CsvSeries.Values(file, $"{name}.csv", Most, options.Read(limits), cancellation));
}
