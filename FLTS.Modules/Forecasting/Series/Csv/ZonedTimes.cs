namespace FLTS.Forecasting.Series.Csv;

/// <summary>From times as the cells have them, instants of kind UTC and others, to those of a table, which have no kind.</summary>
internal static class ZonedTimes
{
    /// <summary>In place.</summary>
    /// <param name="times">[R] In the order of the file.</param>
    /// <param name="timezone">Of the dataset; null: none, and instants are as they are.</param>
    /// <param name="hasInstants">They become instants of that zone, else its local times.</param>
    public static void Settle(DateTime[] times, string? timezone, bool hasInstants)
    {
        var clock = timezone is null ? null : ZoneClock.Of(timezone);
        if (hasInstants)
            clock?.ToInstants(times, t => times[t].Kind != DateTimeKind.Utc);
        foreach (ref var time in times.AsSpan())
        {
            if (time.Kind == DateTimeKind.Utc)
                time = clock is null || hasInstants ? new DateTime(time.Ticks) : clock.Local(time);
        }
    }
}
