using System.Globalization;

namespace FLTS.Forecasting.Series.Grid;

/// <summary>
/// The step of a series, and its times as places on a line on which all steps are equally long: the times themselves where they are a
/// fixed duration apart, local time where the grid is its, days that count the steps of the calendar.
/// </summary>
internal sealed class StepGrid
{
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    /// <summary>Clocks are changed by half an hour at least.</summary>
    private static readonly TimeSpan _lessThanAChange = TimeSpan.FromMinutes(15);

    private readonly DateTime _first; // Local time of the first row.
    private readonly TimeSpan _timeOfDay; // Of the rows of a calendar step.

    private StepGrid(SeriesStep step, DateTime[] places, Frequency frequency, DateTime first = default, TimeSpan timeOfDay = default) =>
        (Step, Places, Frequency, _first, _timeOfDay) = (step, places, frequency, first, timeOfDay);

    public SeriesStep Step { get; }

    /// <summary>[R] Ascending.</summary>
    public DateTime[] Places { get; }

    /// <summary>Of the places.</summary>
    public Frequency Frequency { get; }

    /// <summary>The time of a place.</summary>
    public DateTime Time(DateTime place) => Step switch
    {
        { IsPlain: true } => place,
        { Unit: StepUnit.Duration } => Step.Instant(Step.Later(_first, place - _first)),
        _ => Step.Instant(Step.NextLocal(_first, place.Ticks / TimeSpan.TicksPerDay).Date + _timeOfDay),
    };

    /// <summary>The grid of ascending times without doubles.</summary>
    /// <param name="times">Instants where there is a clock.</param>
    /// <param name="clock">Of the dataset's zone; null: times without a zone.</param>
    /// <param name="stated">What an option says that the step is; null: found.</param>
    /// <param name="known">Step of rows that these belong to; null: found.</param>
    /// <param name="file">Its name for messages.</param>
    /// <exception cref="InvalidInputException">Too few rows, too irregular, or beside the calendar.</exception>
    public static StepGrid Of(DateTime[] times, ZoneClock? clock, SeriesStep? stated, SeriesStep? known, string file)
    {
        if (times.Length < 2 && (known ?? stated) is null)
            throw new InvalidInputException($"{file}: the file has a single time; at least two rows are needed to tell the step.");

        var grid = known is not null ? At(times, known, file) : Found(times, clock, stated, file);
        return grid.Frequency.RegularShare >= Frequency.LeastRegular
            ? grid
            : throw new InvalidInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: only {grid.Frequency.RegularShare:0.0%} of the steps between rows are {grid.Step} "
                + $"({(known is not null ? "the train part's step" : stated is not null ? "the step stated" : "the most frequent step")}); "
                + $"at least {Frequency.LeastRegular:0%} must be. Resample the data to one step: the option resample, such as "
                + $"{{\"step\": \"{Fixed(grid.Step)}\", \"how\": \"mean\"}}, does it."))
            {
                Needed = new OptionNeeded(
                    "resample", [.. Enum.GetValues<ResampleHow>().Select(how => new Resampling(Fixed(grid.Step), how).ToJson())]),
            };
    }

    private static string Fixed(SeriesStep step) => step.Calendar?.Replace("_end", "", StringComparison.Ordinal) ?? step.ToString();

    private static StepGrid Found(DateTime[] times, ZoneClock? clock, SeriesStep? stated, string file)
    {
        if (stated is { Unit: not StepUnit.Duration })
            return At(times, CalendarStep.Stated(stated, Local(times, clock)) with { Clock = clock }, file);
        if (stated is null && MayBeCalendar(times) && CalendarStep.Of(Local(times, clock)) is { } calendar)
            return At(times, calendar with { Clock = clock }, file);

        var plain = Frequency.Of(times, stated?.Duration);
        var utc = new StepGrid((SeriesStep)plain.Step with { Clock = clock }, times, plain);
        if (clock is null || times.Length < 2 || (plain.Step < _day && Exact(utc) == 1))
            return utc;

        SeriesStep wall = stated ?? Frequency.Of(Local(times, clock), null).Step;
        var local = At(times, wall with { Clock = clock, IsLocal = true }, file);
        return wall.Duration.Ticks % TimeSpan.TicksPerDay == 0 || Exact(local) > Exact(utc) ? local : utc;
    }

    /// <summary>Share of regular steps where a clock's change is no jitter.</summary>
    private static double Exact(StepGrid grid)
    {
        var step = grid.Frequency.Step.Ticks;
        return Frequency.ShareWithin(grid.Places, step, Math.Min(Frequency.Tolerance * step, _lessThanAChange.Ticks));
    }

    /// <summary>Whether rows can be a working day or more apart; most files are told by their first rows.</summary>
    private static bool MayBeCalendar(DateTime[] times) => times[1] - times[0] > TimeSpan.FromHours(20);

    private static StepGrid At(DateTime[] times, SeriesStep step, string file)
    {
        if (step.IsPlain)
            return new StepGrid(step, times, Frequency.Of(times, step.Duration));

        var local = Local(times, step.Clock);
        if (step.Unit == StepUnit.Duration)
        {
            var places = Array.ConvertAll(local, t => local[0] + step.Apart(local[0], t));
            return new StepGrid(step, places, Frequency.Of(places, step.Duration), local[0]);
        }

        RefuseOffCalendar(local, step, file);
        var counted = Array.ConvertAll(local, t => new DateTime(step.Count(local[0], t) * TimeSpan.TicksPerDay));
        var share = Frequency.Of(counted, _day).RegularShare;
        var timeOfDay = local.GroupBy(t => t.TimeOfDay).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First().Key;
        return new StepGrid(step, counted, new Frequency(_day, 0, share), local[0], timeOfDay);
    }

    /// <summary>Where nobody can say what such a row's place is, it is not put into one.</summary>
    private static void RefuseOffCalendar(DateTime[] local, SeriesStep step, string file)
    {
        var beside = Array.FindIndex(local, t => step switch
        {
            { Unit: StepUnit.BusinessDay } => CalendarStep.IsWeekend(t),
            { AtEnd: true } => !CalendarStep.IsLastDay(t),
            _ => t.Day != local[0].Day || (SeriesStep.MonthOf(t) - SeriesStep.MonthOf(local[0])) % step.Months != 0,
        });
        if (beside < 0)
            return;

        var where = step.Unit == StepUnit.BusinessDay
            ? "on a weekend"
            : string.Create(CultureInfo.InvariantCulture, $"not on the day of {local[0]:yyyy-MM-dd}, whole steps later");
        throw new InvalidInputException(string.Create(
            CultureInfo.InvariantCulture,
            $"{file}: the step is {step}, but {local[beside]:yyyy-MM-dd HH:mm} is {where}; leave the row out, or state another step."));
    }

    private static DateTime[] Local(DateTime[] times, ZoneClock? clock) => clock is null ? times : Array.ConvertAll(times, clock.Local);
}
