using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace FLTS.Modules.Kit;

/// <summary>
/// Makes the histograms of modules. An instrument of the meter API has no series before something is recorded; what series a histogram
/// will have is known here, so that the first scrape tells them as 0, as it does counters.
/// </summary>
public sealed class Histograms
{
    private static readonly double[] _seconds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600, 1800];

    private static readonly double[] _counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    private readonly ConcurrentQueue<HistogramSeries> _all = new();

    /// <summary>Those that were made.</summary>
    public IEnumerable<HistogramSeries> All => _all;

    /// <summary>How long something takes, from a millisecond to half an hour.</summary>
    /// <param name="meter">Of the module.</param>
    /// <param name="name">As API.md lists it.</param>
    /// <param name="help">What it tells, in a sentence.</param>
    /// <param name="label">Its only label, where it has one.</param>
    /// <param name="known">Values of the label.</param>
    public Histogram<double> Seconds(Meter meter, string name, string help, string? label = null, IEnumerable<string>? known = null) =>
        Make(meter, "s", new HistogramSeries(name, help, _seconds, label, [.. known ?? []]));

    /// <summary>How many there are of something.</summary>
    /// <param name="meter">Of the module.</param>
    /// <param name="name">As API.md lists it.</param>
    /// <param name="help">What it tells, in a sentence.</param>
    public Histogram<double> Counts(Meter meter, string name, string help) =>
        Make(meter, null, new HistogramSeries(name, help, _counts, null, []));

    private Histogram<double> Make(Meter meter, string? unit, HistogramSeries series)
    {
        _all.Enqueue(series);
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = series.Bounds };
        return meter.CreateHistogram(series.Name, unit, series.Help, tags: null, advice);
    }
}

/// <summary>The series of a histogram.</summary>
/// <param name="Name">Of the histogram.</param>
/// <param name="Help">What it tells, in a sentence.</param>
/// <param name="Bounds">Upper bounds of its buckets, rising; the last bucket has none.</param>
/// <param name="Label">Its only label; null: it has one series, without labels.</param>
/// <param name="Known">Values of the label, a series each.</param>
public sealed record HistogramSeries(
    string Name, string Help, IReadOnlyList<double> Bounds, string? Label, IReadOnlyList<string> Known);
