namespace FLTS.Forecasting.Series;

/// <summary>Two series in a row.</summary>
internal static class SeriesJoin
{
    /// <summary>
    /// Rows of <paramref name="first"/> from <paramref name="from"/> on, then all of <paramref name="second"/>; one segment
    /// across the seam where times follow.
    /// </summary>
    public static PreparedSeries Join(PreparedSeries first, int from, PreparedSeries second)
    {
        var count = first.Rows - from;
        if (count == 0)
            return second;
        var follows = second.Rows > 0 && first.Step.Follows(second.Timestamps[0], first.Timestamps[^1]);
        var offset = first.Segments[^1] + (follows ? 0 : 1);
        return new PreparedSeries
        {
            Timestamps = [.. first.Timestamps.AsSpan(from), .. second.Timestamps],
            Segments = [.. first.Segments.AsSpan(from), .. second.Segments.Select(s => s + offset)],
            Step = first.Step,
            Columns = first.Columns,
            Values = [.. first.Values.Select((column, f) => (double[])[.. column.AsSpan(from), .. second.Values[f]])],
            Observed = [.. first.Observed.Select((mask, f) => (bool[])[.. mask.AsSpan(from), .. second.Observed[f]])],
            Targets = first.Targets,
            FlatTargets = first.FlatTargets,
            FellBelowZero = first.FellBelowZero,
        };
    }
}
