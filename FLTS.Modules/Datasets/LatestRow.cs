using System.Globalization;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets;

/// <summary>
/// How late a measurement may be: one of a year to come would be forecast from, and no true one could be appended behind it.
/// Times without a zone count as UTC here; the clocks of the earth differ by less than the default.
/// </summary>
internal sealed class LatestRow(DatasetOptions options, TimeProvider time)
{
    /// <summary>The latest time that is taken now, as times of the dataset are written.</summary>
    /// <param name="timezone">Of the dataset; null: none.</param>
    public DateTime Of(string? timezone)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var local = timezone is null ? now : TimeZoneInfo.ConvertTimeFromUtc(now, TimeZoneInfo.FindSystemTimeZoneById(timezone));
        return DateTime.SpecifyKind(local + options.MaxFuture, DateTimeKind.Unspecified);
    }

    /// <param name="times">In the order of the rows.</param>
    /// <param name="timezone">Of the dataset; null: none.</param>
    /// <param name="firstRow">Number of the first row, for the message.</param>
    /// <exception cref="InvalidInputException">A row is too far ahead; names it.</exception>
    public void Refuse(DateTime[] times, string? timezone, int firstRow)
    {
        var latest = Of(timezone);
        if (Array.FindIndex(times, t => t > latest) is var i and >= 0)
            throw new InvalidInputException(
                $"Row {firstRow + i} is of {Show(times[i])}, further ahead of the clock than measurements can be: now at most "
                + $"{Show(latest)} is taken (Datasets:MaxFuture).");
    }

    public static string Show(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
