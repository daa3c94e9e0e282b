using System.Globalization;

namespace FLTS.Forecasting.Series;

/// <content>Steps by name.</content>
public sealed partial record SeriesStep
{
    private const string End = "_end", Many = "_months", WorkingDayName = "business_day";

    private const int MostMonths = 1200;

    /// <summary>
    /// <c>business_day</c>, <c>month</c>, <c>quarter</c>, <c>year</c>, <c>6_months</c>, with <c>_end</c> for the last day; null for a fixed
    /// step.
    /// </summary>
    public string? Calendar => Unit switch
    {
        StepUnit.Duration => null,
        StepUnit.BusinessDay => WorkingDayName,
        _ => Word(Many) + (AtEnd ? End : ""),
    };

    /// <summary>A step as an option states it: a duration, or a step of the calendar (its day is found from the times).</summary>
    /// <exception cref="InvalidInputException">Neither; says what would be right.</exception>
    public static SeriesStep Parse(string text, string option)
    {
        if (OfCalendar(text) is { AtEnd: false } calendar)
            return calendar;
        if (TimeSpan.TryParseExact(text, ["c", @"h\:mm"], CultureInfo.InvariantCulture, out var duration)
            && duration.Ticks >= TimeSpan.TicksPerMicrosecond
            && duration.Ticks % TimeSpan.TicksPerMicrosecond == 0)
            return duration;
        throw new InvalidInputException(
            $"Option '{option}' is '{text}'; it must be a duration such as 00:15:00 or 1.00:00:00 (a day), or business_day, month, quarter "
            + "or year.");
    }

    /// <summary>The step of a <see cref="Calendar"/> name; null where it is none.</summary>
    public static SeriesStep? OfCalendar(string name)
    {
        if (name == WorkingDayName)
            return BusinessDay;
        var atEnd = name.EndsWith(End, StringComparison.Ordinal);
        var unit = atEnd ? name[..^End.Length] : name;
        var months = unit switch
        {
            "month" => 1,
            "quarter" => 3,
            "year" => 12,
            _ => unit.EndsWith(Many, StringComparison.Ordinal)
                && int.TryParse(unit.AsSpan(0, unit.Length - Many.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                && n is >= 2 and <= MostMonths and not (3 or 12) ? n : 0,
        };
        return months == 0 ? null : OfMonths(months, atEnd);
    }

    /// <summary>As messages say it.</summary>
    public override string ToString() => Unit switch
    {
        StepUnit.Duration => Duration.ToString(),
        StepUnit.BusinessDay => "a business day",
        _ => (Months is 1 or 3 or 12 ? "a " : "") + Word(" months") + (AtEnd ? " (last day)" : ""),
    };

    private string Word(string many) => Months switch
    {
        1 => "month",
        3 => "quarter",
        12 => "year",
        _ => Months.ToString(CultureInfo.InvariantCulture) + many,
    };
}
