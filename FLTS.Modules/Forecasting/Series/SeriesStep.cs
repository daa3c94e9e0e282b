using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Series;

/// <summary>
/// From one row to the next (FORECASTING.md 1): a fixed duration, or a step of the calendar (working days, months), whose rows lie on
/// the same day of the month, or on its last, at the same time of day. Times of a zone are instants in UTC; steps of whole days and of
/// the calendar are taken in local time.
/// </summary>
public sealed partial record SeriesStep
{
    private const int WorkingDays = 5, Week = 7;

    private SeriesStep(StepUnit unit, TimeSpan duration, int months, bool atEnd) =>
        (Unit, Duration, Months, AtEnd) = (unit, duration, months, atEnd);

    /// <summary>Monday to Friday.</summary>
    public static SeriesStep BusinessDay { get; } = new(StepUnit.BusinessDay, TimeSpan.FromDays(Week / (double)WorkingDays), 0, false);

    public StepUnit Unit { get; }

    /// <summary>Months of a step of months: 1, 3 for quarters, 12 for years; else 0.</summary>
    public int Months { get; }

    /// <summary>On the last day of the month, however long it is; else on the day that the times say.</summary>
    public bool AtEnd { get; }

    /// <summary>Clock of the zone whose instants the times are; null: times without a zone.</summary>
    public ZoneClock? Clock { get; init; }

    /// <summary>A fixed step on the grid of local time, not on that of UTC.</summary>
    public bool IsLocal { get; init; }

    /// <summary>How long it is, on average where it is of the calendar.</summary>
    public TimeSpan Duration { get; }

    /// <summary>A row that lies no further from a time of the series is of that time.</summary>
    public TimeSpan Snap => Frequency.Tolerance * Duration;

    /// <summary>Times of a series are a fixed number of ticks apart.</summary>
    public bool IsPlain => Unit == StepUnit.Duration && !IsLocal;

    /// <summary>A step of whole days is one of local days; see <see cref="IsLocal"/>.</summary>
    private bool IsOfDays => Duration.Ticks % TimeSpan.TicksPerDay == 0;

    public static implicit operator SeriesStep(TimeSpan duration) => new(StepUnit.Duration, duration, 0, false);

    /// <summary>Months on one day: the last where <paramref name="atEnd"/> says so.</summary>
    public static SeriesStep OfMonths(int months, bool atEnd) =>
        new(StepUnit.Month, TimeSpan.FromDays(months * (365.25 / 12)), months, atEnd);

    /// <summary>The wall clock's time at an instant; the time itself where there is no zone.</summary>
    public DateTime Local(DateTime time) => Clock is null ? time : Clock.Local(time);

    /// <summary>A time as people read it, ISO 8601: local, with its offset where there is a zone.</summary>
    public string Show(DateTime time) => Clock is null
        ? time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)
        : new DateTimeOffset(Clock.Local(time), Clock.Offset(time))
            .ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);

    /// <summary>The time a number of steps later, or earlier.</summary>
    /// <param name="time">On the grid.</param>
    /// <param name="steps">Below 0 for earlier ones.</param>
    /// <exception cref="InvalidInputException">Beyond the calendar.</exception>
    public DateTime Next(DateTime time, long steps = 1)
    {
        if (IsPlain)
        {
            var ticks = (Int128)time.Ticks + ((Int128)steps * Duration.Ticks);
            return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new DateTime((long)ticks) : throw Beyond(time, steps);
        }

        if (steps == 0)
            return time;
        try
        {
            return Instant(NextLocal(Local(time), steps));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Beyond(time, steps);
        }
    }

    /// <summary>The last time up to one where rows would lie that begin at midnight, on the first day or the last.</summary>
    public DateTime UpTo(DateTime time)
    {
        if (IsPlain)
            return new DateTime(time.Ticks / Duration.Ticks * Duration.Ticks);
        var local = Local(time);
        return Instant(Unit switch
        {
            StepUnit.Duration => new DateTime(local.Ticks / Duration.Ticks * Duration.Ticks),
            StepUnit.BusinessDay => DayOf(WorkingDay(local)),
            _ when AtEnd => FirstOf(MonthOf(local.Date.AddDays(1)) / Months * Months).AddDays(-1),
            _ => FirstOf(MonthOf(local) / Months * Months),
        });
    }

    /// <summary>Whole steps from one time to another; on a grid, how many rows later it is.</summary>
    public long Between(DateTime from, DateTime to)
    {
        if (IsPlain)
            return (to.Ticks - from.Ticks) / Duration.Ticks;
        return Count(Local(from), Local(to));
    }

    /// <summary>Whether a time lies one step behind another.</summary>
    public bool Follows(DateTime time, DateTime before) => IsPlain ? time - before == Duration : Next(before) == time;

    /// <summary>The time some seasons earlier: days are local ones, however long.</summary>
    /// <param name="time">On the grid.</param>
    /// <param name="seasons">How many.</param>
    /// <param name="season">Steps of one, as <see cref="Season.Steps"/> says.</param>
    public DateTime SeasonsBefore(DateTime time, int seasons, int season) =>
        Clock is null || Unit != StepUnit.Duration || IsOfDays
            ? Next(time, -(long)seasons * season)
            : Instant(Local(time).AddTicks(-(long)seasons * season * Duration.Ticks));

    /// <summary>What is not told by the seconds of a stored document; null for fixed steps without a zone, as they always were.</summary>
    public JsonObject? ToJson()
    {
        if (Unit == StepUnit.Duration && Clock is null)
            return null;
        var json = new JsonObject();
        if (Calendar is { } calendar)
            json["calendar"] = calendar;
        if (Clock is not null)
            json["timezone"] = Clock.Id;
        if (IsLocal)
            json["grid"] = "local";
        return json;
    }

    /// <summary>The step of a stored document.</summary>
    /// <param name="seconds">Its length.</param>
    /// <param name="json">As <see cref="ToJson"/> wrote it; null: fixed, without a zone.</param>
    /// <exception cref="CorruptArtifactException">Not a step that this program knows.</exception>
    public static SeriesStep FromJson(double seconds, JsonObject? json)
    {
        SeriesStep step = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
        if (json is null)
            return step;
        if (json["calendar"]?.GetValue<string>() is { } calendar)
            step = OfCalendar(calendar) ?? throw new CorruptArtifactException($"'{calendar}' is no step of the calendar.");
        var zone = json["timezone"]?.GetValue<string>();
        return step with
        {
            Clock = zone is null ? null : ZoneClock.Of(zone),
            IsLocal = json["grid"]?.GetValue<string>() == "local",
        };
    }

    /// <summary>Days of the calendar are numbered from Monday, 0001-01-01; a day of the weekend counts as the Friday before it.</summary>
    internal static long WorkingDay(DateTime local)
    {
        var day = local.Ticks / TimeSpan.TicksPerDay;
        return (day / Week * WorkingDays) + Math.Min(day % Week, WorkingDays - 1);
    }

    /// <summary>Months since January of year 0.</summary>
    internal static long MonthOf(DateTime local) => (local.Year * 12L) + local.Month - 1;

    /// <summary>The local day a number of steps later, at the same time of day.</summary>
    internal DateTime NextLocal(DateTime local, long steps) => Unit switch
    {
        StepUnit.BusinessDay => DayOf(WorkingDay(local) + steps) + local.TimeOfDay,
        StepUnit.Month => InMonth(local, MonthOf(local) + (steps * Months)),
        _ => Later(local, TimeSpan.FromTicks(checked(steps * Duration.Ticks))),
    };

    /// <summary>The local time so much later on a grid of local time; days always exist, hours may not.</summary>
    internal DateTime Later(DateTime local, TimeSpan distance) => IsOfDays ? local + distance : Clock!.Skipping(local, distance, Duration);

    /// <summary>Whole steps from one local time to another.</summary>
    internal long Count(DateTime first, DateTime last) => Unit switch
    {
        StepUnit.BusinessDay => WorkingDay(last) - WorkingDay(first),
        StepUnit.Month => (MonthOf(last) - MonthOf(first)) / Months,
        _ => Apart(first, last).Ticks / Duration.Ticks,
    };

    /// <summary>What <see cref="Later"/> needs from one local time to another.</summary>
    internal TimeSpan Apart(DateTime first, DateTime last) =>
        last - first - (IsOfDays ? TimeSpan.Zero : Clock!.Missing(first, last, Duration) * Duration);

    internal DateTime Instant(DateTime local) => Clock is null ? local : Clock.Utc(local);

    private static DateTime FirstOf(long month) => new((int)(month / 12), (int)(month % 12) + 1, 1);

    private static DateTime DayOf(long workingDay)
    {
        var (weeks, rest) = Math.DivRem(workingDay, WorkingDays);
        return new DateTime(checked(((weeks * Week) + rest) * TimeSpan.TicksPerDay));
    }

    private DateTime InMonth(DateTime local, long month)
    {
        var (year, of) = ((int)Math.Clamp(month / 12, 0, int.MaxValue), (int)(month % 12) + 1);
        if (year is < 1 or > 9999)
            throw new ArgumentOutOfRangeException(nameof(month));
        var days = DateTime.DaysInMonth(year, of);
        return new DateTime(year, of, AtEnd ? days : Math.Min(local.Day, days)) + local.TimeOfDay;
    }

    private InvalidInputException Beyond(DateTime time, long steps) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{steps} steps of {this} from {time:yyyy-MM-dd} lie beyond the calendar; ask for fewer."));
}
