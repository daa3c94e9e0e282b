using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Modules.Datasets.Reduced;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets;

/// <summary>Measured values for charts: read once, reduced again for every span that is looked at.</summary>
internal sealed class SeriesService(
    ISourceCatalog sources, MeasurementReader log, MergedTables merged, ReadingTurn turn, ComputeBudget budget, SeriesCache cache)
    : IMeasuredValues
{
    /// <exception cref="NotFoundException">No such dataset or column.</exception>
    /// <exception cref="InvalidInputException">A parameter, by name; or the files cannot be used: names row and column.</exception>
    /// <exception cref="TooManyException">Too many wait for a dataset to be read.</exception>
    public async Task<ReducedSeries> ReduceAsync(DatasetName name, SeriesQuery query, CancellationToken cancellation)
    {
        var points = query.CheckedPoints();
        var files = await sources.ResolveAsync(name, cancellation);
        var changes = await log.ChangesAsync(name, cancellation);
        var series = cache.Find(files, changes) ?? await ReadAsync(files, changes, cancellation);
        var (from, to) = query.Span(series.Step);
        var places = query.PlacesIn(name, series.Columns);
        var units = files.Options.ToJson()["units"] as JsonObject;
        return await budget.Threads.RunOnOneAsync(
            () =>
            {
                var reduction = SeriesReducer.Reduce(series, from, to, points);
                return new ReducedSeries(
                    name,
                    series.Step.Clock?.Id,
                    series.Step.Duration.TotalSeconds,
                    series.Step.Show(series.Timestamps[0]),
                    series.Step.Show(series.Timestamps[^1]),
                    reduction.Rows,
                    reduction.Width?.TotalSeconds,
                    [.. reduction.Buckets.Select(b => series.Step.Show(b.Start))],
                    [.. places.Select(c => reduction.Of(series.Values[c], series.Columns[c], UnitOf(series.Columns[c])))]);
            },
            cancellation);

        string? UnitOf(string column) => units?[column]?.ToString();
    }

    public Task<ReducedSeries> OfAsync(
        DatasetName name, string column, string? from, int points, CancellationToken cancellation) => ReduceAsync(
        name,
        new SeriesQuery { Columns = [column], From = from, Points = points.ToString(CultureInfo.InvariantCulture) },
        cancellation);

    private Task<KeptSeries> ReadAsync(SourceFiles files, long changes, CancellationToken cancellation) => turn.RunAsync(
        async () =>
        {
            // Somebody may have asked for the same while this request waited.
            if (cache.Find(files, changes) is { } kept)
                return kept;

            var rows = await log.AllAsync(files.Name, cancellation);
            var (train, test, _) = await merged.ReadAsync(files, rows, cancellation);
            var series = await budget.Threads.RunOnOneAsync(
                () => KeptSeries.Of(test is null ? train : train.With(test)), cancellation);
            cache.Keep(files, rows.Changes, series);
            return series;
        },
        cancellation);
}
