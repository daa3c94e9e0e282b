using System.Globalization;
using System.Text;

namespace FLTS.Forecasting.Series.Times;

/// <summary>The form of times that a dataset states as <c>time_format</c>: .NET's custom format letters, or a word for a count.</summary>
internal sealed class TimeFormat
{
    public const string ExcelDays = "excel_days";

    /// <summary>Forms that letters cannot say, with the microseconds of one.</summary>
    public static readonly IReadOnlyDictionary<string, decimal> Words = new Dictionary<string, decimal>(StringComparer.Ordinal)
    {
        ["epoch_seconds"] = 1_000_000,
        ["epoch_milliseconds"] = 1_000,
        ["epoch_microseconds"] = 1,
        ["epoch_nanoseconds"] = 0.001m,
        [ExcelDays] = 86_400_000_000,
    };

    /// <summary>What spreadsheets count from, after February 1900, which they give 29 days.</summary>
    private static readonly DateTime _excelStart = new(1899, 12, 30);

    private static readonly DateTime[] _probes =
        [new DateTime(1999, 12, 23, 13, 45, 56).AddTicks(7_890_120), new DateTime(2031, 10, 23, 1, 2, 3).AddTicks(4_560_780)];

    private readonly string _format;
    private readonly decimal? _unit;

    private TimeFormat(string format) => (_format, _unit) = (format, Words.TryGetValue(format, out var unit) ? unit : null);

    /// <summary>A form that was checked.</summary>
    public static TimeFormat? Of(string? format) => format is null ? null : new TimeFormat(format);

    /// <summary>
    /// Whether a form gives back the times it writes, to the last part that it names: a year must be there, and no part before one that is.
    /// </summary>
    public static bool IsSane(string format) =>
        Words.ContainsKey(format) || (format.Length > 1 && Array.TrueForAll(_probes, time => GivesBack(format, time)));

    /// <summary>Reads one cell.</summary>
    public TimestampKinds Parse(ReadOnlySpan<byte> cell, out DateTime time)
    {
        var text = Encoding.UTF8.GetString(cell).Trim();
        if (_unit is { } unit)
            return Count(text, unit, out time);
        if (!DateTime.TryParseExact(text, _format, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time))
            return TimestampKinds.Invalid;
        time = time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
        if (!TimestampParts.IsPlausible(time))
            return TimestampKinds.Invalid;
        return time.Kind == DateTimeKind.Utc ? TimestampKinds.Zoned : TimestampKinds.Local;
    }

    /// <summary>Writes a time so that <see cref="Parse"/> reads it, to the last part that the form names.</summary>
    /// <param name="time">As the clock shows it.</param>
    public string Write(DateTimeOffset time)
    {
        if (_unit is not { } unit)
            return time.ToString(_format, CultureInfo.InvariantCulture);
        var ticks = _format == ExcelDays ? (time.DateTime - _excelStart).Ticks : time.UtcTicks - DateTime.UnixEpoch.Ticks;
        return (ticks / (decimal)TimeSpan.TicksPerMicrosecond / unit).ToString("0.##########", CultureInfo.InvariantCulture);
    }

    private TimestampKinds Count(string text, decimal unit, out DateTime time)
    {
        time = default;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var count)
            || Math.Abs(count) > decimal.MaxValue / Math.Max(unit, 1))
            return TimestampKinds.Invalid;
        var isExcel = _format == ExcelDays;
        var start = isExcel ? _excelStart : DateTime.UnixEpoch;
        // A day's fraction of ten digits is no whole second; its millisecond is right.
        var microseconds = isExcel ? Math.Round(count * unit / 1000) * 1000 : Math.Round(count * unit);
        var most = (decimal)(DateTime.MaxValue - start).Ticks / TimeSpan.TicksPerMicrosecond;
        if (microseconds < -(start.Ticks / TimeSpan.TicksPerMicrosecond) || microseconds > most)
            return TimestampKinds.Invalid;
        time = start.AddTicks((long)microseconds * TimeSpan.TicksPerMicrosecond);
        if (!TimestampParts.IsPlausible(time))
            return TimestampKinds.Invalid;
        return isExcel ? TimestampKinds.Local : TimestampKinds.Epoch;
    }

    private static bool GivesBack(string format, DateTime time)
    {
        try
        {
            var written = new DateTimeOffset(time, TimeSpan.Zero).ToString(format, CultureInfo.InvariantCulture);
            return DateTime.TryParseExact(
                    written, format, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var read)
                && Array.Exists(Cut(time), t => t == read);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>A time to its year, month, day, hour, minute, second, and tenths to millionths of one.</summary>
    private static DateTime[] Cut(DateTime time) =>
    [
        new(time.Year, 1, 1),
        new(time.Year, time.Month, 1),
        .. new[] { TimeSpan.TicksPerDay, TimeSpan.TicksPerHour, TimeSpan.TicksPerMinute }
            .Concat(Enumerable.Range(0, 8).Select(digits => TimeSpan.TicksPerSecond / (long)Math.Pow(10, digits)))
            .Select(ticks => time.AddTicks(-(time.Ticks % ticks))),
    ];
}
