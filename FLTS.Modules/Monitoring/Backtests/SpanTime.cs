using System.Text;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Times;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>Times of a request as a dataset has them: instants where it has a zone, whose local time is meant without an offset.</summary>
internal static class SpanTime
{
    /// <param name="name">Of the member, for messages.</param>
    /// <param name="text">As it was sent; null: none.</param>
    /// <param name="config">Of the data.</param>
    /// <exception cref="InvalidInputException">No time, or one with a zone where the data has none.</exception>
    public static DateTime? Parse(string name, string? text, PreprocessConfig config) =>
        Parse(name, text, (config.Timezone, config.HasInstants));

    /// <summary>As above, of data that is only known by its zone, and by whether its times are instants there.</summary>
    public static DateTime? Parse(string name, string? text, (string? Timezone, bool HasInstants) of)
    {
        if (text is null)
            return null;

        var kind = TimestampParser.Parse(Encoding.UTF8.GetBytes(text), out var time);
        if (kind is not (TimestampKinds.Local or TimestampKinds.Zoned))
            throw new InvalidInputException($"'{name}' is '{text}'; it must be an ISO 8601 time such as 2026-03-02T09:30:00.");
        if (kind == TimestampKinds.Zoned && of.Timezone is null)
            throw new InvalidInputException($"'{name}' is '{text}', but the data's times have no zone; leave the offset out.");

        DateTime[] times = [kind == TimestampKinds.Zoned ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time];
        ZonedTimes.Settle(times, of.Timezone, of.HasInstants);
        return times[0];
    }
}
