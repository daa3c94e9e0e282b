using System.Runtime.CompilerServices;

namespace FLTS.Forecasting.Features;

/// <summary>
/// Time as points on circles: sin and cos of 2 pi value / period for the minute of the day (period 1440), the day of the
/// week (Monday = 0, period 7) and the day of the year (1-based, period 365.25). Never scaled, never targets; recurrent
/// models use them for the steps to come.
/// </summary>
public static class CalendarFeatures
{
    private static readonly double[][] _tables =
    [
        Table(1440, 1440, 0, Math.Sin), Table(1440, 1440, 0, Math.Cos),
        Table(7, 7, 0, Math.Sin), Table(7, 7, 0, Math.Cos),
        Table(366, 365.25, 1, Math.Sin), Table(366, 365.25, 1, Math.Cos),
    ];

    /// <summary>Of each pair of features.</summary>
    private static readonly TimeSpan[] _periods = [TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(365.25)];

    /// <summary>The six column names in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["min_of_day_sin", "min_of_day_cos", "day_of_week_sin", "day_of_week_cos", "day_of_year_sin", "day_of_year_cos"];

    /// <summary>Whether a column is a calendar feature.</summary>
    public static bool IsCalendar(string column) => Find(column) >= 0;

    /// <summary>
    /// Whether rows of such a span can teach what a column tells: of a calendar feature, they have seen each of its values. Over a shorter
    /// span it is a slope, and what was learned of it would be carried on beyond all that was seen.
    /// </summary>
    /// <param name="column">Any; one that is no calendar feature always can.</param>
    /// <param name="times">[T] Rising.</param>
    public static bool IsToldBy(string column, ReadOnlySpan<DateTime> times) =>
        Find(column) is not (>= 0 and var feature) || (times.Length > 0 && times[^1] - times[0] >= _periods[feature / 2]);

    /// <summary>One feature at one time, in [-1, 1].</summary>
    /// <exception cref="ArgumentException">No such feature.</exception>
    public static double Value(string name, DateTime time)
    {
        var feature = Require(name);
        return _tables[feature][Position(feature, time)];
    }

    /// <summary>One feature at many times.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="times">[T]</param>
    /// <param name="into">[T] Receives the values.</param>
    /// <exception cref="ArgumentException">No such feature.</exception>
    public static void Fill(string name, ReadOnlySpan<DateTime> times, Span<double> into)
    {
        var feature = Require(name);
        var table = _tables[feature];
        for (var t = 0; t < times.Length; t++)
            into[t] = table[Position(feature, times[t])];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Position(int feature, DateTime time) => (feature / 2) switch
    {
        0 => (int)(time.Ticks % TimeSpan.TicksPerDay / TimeSpan.TicksPerMinute),
        1 => (int)(time.Ticks / TimeSpan.TicksPerDay % 7), // 0001-01-01 was a Monday
        _ => time.DayOfYear - 1,
    };

    private static int Require(string name) =>
        Find(name) is var i and >= 0
            ? i
            : throw new ArgumentException($"'{name}' is no calendar feature; they are {string.Join(", ", Names)}.", nameof(name));

    private static int Find(string name)
    {
        for (var i = 0; i < Names.Count; i++)
        {
            if (Names[i] == name)
                return i;
        }

        return -1;
    }

    private static double[] Table(int values, double period, int first, Func<double, double> circle)
    {
        var table = new double[values];
        for (var i = 0; i < values; i++)
            table[i] = circle(2 * Math.PI * (i + first) / period);
        return table;
    }
}
