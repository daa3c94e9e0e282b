using System.Globalization;
using System.Text.RegularExpressions;

namespace FLTS.Forecasting.Preparation;

/// <summary>A span of time as people write it: a whole number with its unit.</summary>
public static partial class SpanText
{
    /// <summary>Examples, for messages.</summary>
    public const string Forms = "8d, 36h, 90m or 30s (at most 36500d)";

    private static readonly TimeSpan _longest = TimeSpan.FromDays(36_500);

    /// <summary>The span; null: not of that form, none at all, or too long.</summary>
    /// <param name="text">Such as <c>8d</c>.</param>
    public static TimeSpan? Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
            return null;

        var count = long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var unit = match.Groups[2].Value switch
        {
            "d" => TimeSpan.FromDays(1),
            "h" => TimeSpan.FromHours(1),
            "m" => TimeSpan.FromMinutes(1),
            _ => TimeSpan.FromSeconds(1),
        };
        return count > 0 && count <= _longest / unit ? unit * count : null;
    }

    /// <summary>The span in the largest unit of which it is a whole number: equal spans have one text.</summary>
    /// <param name="span">Whole seconds.</param>
    public static string Of(TimeSpan span)
    {
        var (unit, letter) = span switch
        {
            _ when span.Ticks % TimeSpan.TicksPerDay == 0 => (TimeSpan.TicksPerDay, "d"),
            _ when span.Ticks % TimeSpan.TicksPerHour == 0 => (TimeSpan.TicksPerHour, "h"),
            _ when span.Ticks % TimeSpan.TicksPerMinute == 0 => (TimeSpan.TicksPerMinute, "m"),
            _ => (TimeSpan.TicksPerSecond, "s"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{span.Ticks / unit}{letter}");
    }

    [GeneratedRegex(@"^([0-9]{1,12})(d|h|m|s)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
