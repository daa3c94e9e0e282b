using System.Globalization;

namespace FLTS.Modules.Page.Drawing;

/// <summary>Round times for an axis, about as far apart as the chart library has them.</summary>
internal static class TimeAxis
{
    private const int Parts = 6;
    private const double DaysOfMonth = 31, DaysOfYear = 365;

    /// <summary>Steps within a day; each is taken where a part is longer than what stands before it.</summary>
    private static readonly (double Over, int Seconds)[] _steps =
    [
        (43_200, 43_200), (21_600, 21_600), (12_600, 14_400), (7200, 7200), (3600, 3600),
        (1800, 1800), (1200, 1200), (900, 900), (600, 600), (300, 300), (120, 120), (60, 60),
        (30, 30), (20, 20), (15, 15), (10, 10), (5, 5), (2, 2),
    ];

    /// <summary>Those between two times, ascending.</summary>
    public static IEnumerable<DateTime> Ticks(DateTime from, DateTime to)
    {
        var part = (to - from) / Parts;
        var all = part.TotalDays switch
        {
            < 1.2 => Within(from, to, TimeSpan.FromSeconds(_steps.FirstOrDefault(s => part.TotalSeconds > s.Over, (0, 1)).Seconds)),
            < DaysOfMonth => Days(from, to, part.TotalDays switch { > 16 => 16, > 7.5 => 7, > 3.5 => 4, > 1.5 => 2, _ => 1 }),
            < DaysOfYear => Months(from, to, (part.TotalDays / 30) switch { > 6 => 6, > 3 => 3, > 2 => 2, _ => 1 }),
            _ => Months(from, to, 12 * (int)Math.Round(part.TotalDays / DaysOfYear)),
        };
        return all.Where(t => t > from && t < to);
    }

    /// <summary>A time by what is new of it.</summary>
    public static string Show(DateTime time) => time.ToString(
        time switch
        {
            { TimeOfDay.Ticks: 0, Day: 1, Month: 1 } => "yyyy",
            { TimeOfDay.Ticks: 0, Day: 1 } => "MMM yyyy",
            { TimeOfDay.Ticks: 0 } => "d MMM",
            { Second: 0 } => "HH:mm",
            _ => "HH:mm:ss",
        },
        CultureInfo.InvariantCulture);

    private static IEnumerable<DateTime> Within(DateTime from, DateTime to, TimeSpan step)
    {
        for (var ticks = from.Ticks / step.Ticks * step.Ticks; ticks < to.Ticks; ticks += step.Ticks)
            yield return new DateTime(ticks);
    }

    /// <summary>Counted from the first day of each month; none shortly before the next.</summary>
    private static IEnumerable<DateTime> Days(DateTime begin, DateTime end, int step) =>
        from month in Months(begin, end, 1)
        let days = DateTime.DaysInMonth(month.Year, month.Month)
        from day in Enumerable.Range(0, days)
        where day % step == 0 && days - day > step / 2
        select month.AddDays(day);

    private static IEnumerable<DateTime> Months(DateTime from, DateTime to, int step)
    {
        var first = ((from.Year * 12) + from.Month - 1) / step * step;
        var last = (to.Year * 12) + to.Month - 1;
        for (var month = Math.Max(first, 12); month <= last; month += step)
            yield return new DateTime(month / 12, (month % 12) + 1, 1);
    }
}
