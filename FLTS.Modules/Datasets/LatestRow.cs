using System.Globalization;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets;

/// <summary>
/// How late a measurement may be: one of a year to come would be forecast from, and no true one could be appended behind it.
/// Times without a zone count as UTC here; the clocks of the earth differ by less than the default.
/// </summary>
internal sealed class LatestRow(DatasetOptions options, TimeProvider time)
{
    /// <summary>The time on the clock.</summary>
    public DateTimeOffset Clock => time.GetUtcNow();

    /// <summary>The latest time that is taken now.</summary>
    public DateTime Now => DateTime.SpecifyKind(time.GetUtcNow().UtcDateTime + options.MaxFuture, DateTimeKind.Unspecified);

    /// <param name="times">In the order of the rows; instants where there is a zone.</param>
    /// <param name="timezone">Of the dataset; null: none.</param>
    /// <param name="firstRow">Number of the first row, for the message.</param>
    /// <exception cref="InvalidInputException">A row is too far ahead; names it.</exception>
    public void Refuse(DateTime[] times, string? timezone, int firstRow)
    {
        var latest = Now;
        if (Array.FindIndex(times, t => t > latest) is var i and >= 0)
            throw new InvalidInputException(
                $"Row {firstRow + i} is of {Show(times[i], timezone)}, further ahead of the clock than measurements can be: now at most "
                + $"{Show(latest, timezone)} is taken (Datasets:MaxFuture).");
    }

    /// <summary>As the zone's clock shows it.</summary>
    public static string Show(DateTime time, string? timezone) =>
        (timezone is null ? time : ZoneClock.Of(timezone).Local(time)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
