using FLTS.Forecasting.Series;

namespace FLTS.Tests.Forecasting.Series;

/// <summary>Tables of one column, which counts the rows.</summary>
internal static class TimeTables
{
    public static RawTable At(DateTime[] times, string? step = null, string? zone = null) => new()
    {
        Name = "x.csv",
        TimestampColumn = "time",
        Timestamps = times,
        Columns = ["a"],
        Header = ["a"],
        Values = [[.. times.Select((_, i) => (double)i)]],
        StatedStep = step is null ? null : SeriesStep.Parse(step, "step"),
        Clock = zone is null ? null : ZoneClock.Of(zone),
    };
}
