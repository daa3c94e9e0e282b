namespace FLTS.Forecasting.Series.Csv;

/// <summary>From times as the cells have them, instants of kind UTC and others, to those of a table, which have no kind.</summary>
internal static class ZonedTimes
{
    /// <summary>In place.</summary>
    /// <param name="times">[R] In the order of the file.</param>
    /// <param name="options">Zone, and whether its times are instants.</param>
    public static void Settle(DateTime[] times, CsvReadOptions options)
    {
        var clock = options.Timezone is { } zone ? ZoneClock.Of(zone) : null;
        if (options.HasInstants)
            clock?.ToInstants(times, t => times[t].Kind != DateTimeKind.Utc);
        foreach (ref var time in times.AsSpan())
        {
            if (time.Kind == DateTimeKind.Utc)
                time = clock is null || options.HasInstants ? new DateTime(time.Ticks) : clock.Local(time);
        }
    }
}
