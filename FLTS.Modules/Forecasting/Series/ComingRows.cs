namespace FLTS.Forecasting.Series;

/// <summary>Rows that have not come yet, behind those that have: for models that take some columns as known ahead.</summary>
internal static class ComingRows
{
    /// <summary>A series with as many more rows as values are given, in the last row's segment.</summary>
    /// <param name="series">Not empty; stays as it is.</param>
    /// <param name="values">[H] of each column known ahead, on the series' scale; every other column repeats its
    /// last value, unobserved.</param>
    public static PreparedSeries Append(PreparedSeries series, IReadOnlyDictionary<string, double[]> values)
    {
        var steps = values.Values.First().Length;
        return new PreparedSeries
        {
            Timestamps = [.. series.Timestamps, .. Enumerable.Range(1, steps).Select(k => series.Step.Next(series.Timestamps[^1], k))],
            Segments = [.. series.Segments, .. Enumerable.Repeat(series.Segments[^1], steps)],
            Step = series.Step,
            Columns = series.Columns,
            Values = [.. series.Values.Select((v, f) =>
                (double[])[.. v, .. values.GetValueOrDefault(series.Columns[f]) ?? Enumerable.Repeat(v[^1], steps)])],
            Observed =
                [.. series.Observed.Select((o, f) => (bool[])[.. o, .. Enumerable.Repeat(values.ContainsKey(series.Columns[f]), steps)])],
            Targets = series.Targets,
            FlatTargets = series.FlatTargets,
            FellBelowZero = series.FellBelowZero,
        };
    }
}
