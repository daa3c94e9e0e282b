using System.Globalization;
using System.Text.RegularExpressions;

namespace FLTS.Forecasting.Series.Times;

/// <summary>What to do about a cell that is no timestamp.</summary>
internal static partial class TimestampAdvice
{
    private const string Option = "time_format";

    /// <summary>Days since 1900 of 1954 to 2119, as spreadsheets count.</summary>
    private const double FirstExcelDay = 20_000, LastExcelDay = 80_000;

    /// <param name="shown">The cell.</param>
    /// <returns>What follows "is no timestamp", and the option that would settle it.</returns>
    public static (string Sentence, OptionNeeded? Needed) Of(string shown)
    {
        shown = shown.Trim();
        if (TimeOfDay().IsMatch(shown))
            return (
                "it is a time of day; name it with the column of its day as timestamp_column, such as 'Date+Time'",
                new OptionNeeded("timestamp_column"));
        if (!double.TryParse(shown, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return TwoDigitYear().IsMatch(shown)
                ? Format("a year of two digits could be any part of the date", "dd/MM/yy", "MM/dd/yy", "yy/MM/dd")
                : (
                    "write ISO 8601 such as 2018-02-05 23:40:00, or epoch seconds, or state its form as time_format, such as "
                    + "'dd/MM/yyyy HH:mm'",
                    null);
        }

        return number switch
        {
            _ when shown.Length == 4 && number is >= 1900 and <= 2200 => Format("if it is a year", "yyyy"),
            _ when shown.Length == 6 && YearAndMonth().IsMatch(shown) => Format("if it is a year and a month", "yyyyMM"),
            >= FirstExcelDay and <= LastExcelDay => Format("if it is a spreadsheet's day number", TimeFormat.ExcelDays),
            _ => Format(
                "numbers are read as 20240105[HH[mm[ss]]] or as seconds, milliseconds, microseconds or nanoseconds since 1970, between "
                + "1990 and 2100; else",
                [.. TimeFormat.Words.Keys]),
        };
    }

    private static (string Sentence, OptionNeeded Needed) Format(string why, params string[] choices) => (
        $"{why}{(why.EndsWith("else", StringComparison.Ordinal) ? "" : ",")} state {Option}: {string.Join(" or ", choices)}; or write "
        + "ISO 8601 such as 2018-02-05 23:40:00",
        new OptionNeeded(Option, [.. choices]));

    [GeneratedRegex(@"^\d{1,2}([/.\- ])(\d{1,2}|[A-Za-z]{3,9})\1\d{2}(\D|$)", RegexOptions.CultureInvariant)]
    private static partial Regex TwoDigitYear();

    [GeneratedRegex(@"^\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?$", RegexOptions.CultureInvariant)]
    private static partial Regex TimeOfDay();

    [GeneratedRegex(@"^(19|20|21)\d\d(0[1-9]|1[0-2])$", RegexOptions.CultureInvariant)]
    private static partial Regex YearAndMonth();
}
