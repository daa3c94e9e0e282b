using System.Text.RegularExpressions;
using FLTS.Forecasting.Series.Times;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>The times of a file: what kinds there are, and how those of two readings are read.</summary>
internal sealed partial class CsvTimes(string file, string column, CsvReadOptions options)
{
    private readonly Dictionary<TimestampKinds, (long Row, string Shown)> _firstOf = [];

    public TimestampKinds Kinds { get; private set; }

    /// <summary>Takes note of a block.</summary>
    /// <param name="block">The next one.</param>
    /// <param name="row">Of its first line.</param>
    public void Add(CsvBlock block, long row)
    {
        Kinds |= block.Kinds;
        foreach (var (kind, cell) in block.FirstOf)
            _firstOf.TryAdd(kind, (row + cell.Line, cell.Shown));
    }

    /// <summary>Reads the times that have two readings, in place.</summary>
    /// <returns>What to tell of it.</returns>
    /// <exception cref="InvalidInputException">Nothing settles how they are read; names the option.</exception>
    public string? Settle(DateTime[] times)
    {
        RefuseBothOrders();
        var open = Kinds & TimestampKinds.OfTwoReadings;
        if (open == 0)
            return null;
        var known = options.KnownReading;
        var reading = (known != 0 ? TwoReadings.Of([], Kinds | known) : null) ?? TwoReadings.Of(times, Kinds) ?? throw Open(open);
        var isProven = Kinds.HasFlag(reading) || known.HasFlag(reading);
        Kinds = (Kinds & ~open) | reading;
        for (var t = 0; t < times.Length; t++)
        {
            var isMarked = times[t].Kind == TwoReadings.Mark;
            times[t] = TwoReadings.Read(times[t], reading);
            if (isMarked && reading == TimestampKinds.Epoch)
                times[t] = DateTime.SpecifyKind(times[t], DateTimeKind.Utc);
        }

        return isProven
            ? null
            : $"{file}: times such as '{_firstOf[open].Shown}' are read as {Words(reading)}, because their step is regular then; "
                + "time_format makes sure of it.";
    }

    private static string Words(TimestampKinds reading) => reading switch
    {
        TimestampKinds.DayFirst => "day before month",
        TimestampKinds.MonthFirst => "month before day",
        TimestampKinds.Hour => "date and hour",
        _ => "seconds since 1970",
    };

    private void RefuseBothOrders()
    {
        if (_firstOf.TryGetValue(TimestampKinds.DayFirst, out var day) && _firstOf.TryGetValue(TimestampKinds.MonthFirst, out var month))
            throw Fault(
                Math.Max(day.Row, month.Row),
                $"in row {day.Row}, '{day.Shown}', the day stands before the month, in row {month.Row}, '{month.Shown}', the month before "
                + "the day; write all times alike",
                null);
    }

    private InvalidInputException Open(TimestampKinds open)
    {
        var (row, shown) = _firstOf.First(f => (f.Key & open) != 0).Value;
        string[] forms = open.HasFlag(TimestampKinds.HourOrEpoch) ? ["yyyyMMddHH", "epoch_seconds"] : Forms(shown);
        var readings = open.HasFlag(TimestampKinds.HourOrEpoch) ? "date and hour or seconds since 1970" : "day and month or month and day";
        return Fault(
            row,
            $"'{shown}' may be {readings}, and no other row settles it; state time_format: {string.Join(" or ", forms)}",
            new OptionNeeded("time_format", [.. forms]));
    }

    private InvalidInputException Fault(long row, string message, OptionNeeded? needed) =>
        new($"{file}: row {row}, column '{column}': {message}.")
        {
            Details = { ["file"] = file, ["row"] = row, ["column"] = column },
            Needed = needed,
        };

    /// <summary>Both forms of a time such as 05/01/2024 13:00, in .NET's letters.</summary>
    private static string[] Forms(string shown)
    {
        var parts = Parts().Match(shown);
        var mark = parts.Groups["mark"].Value;
        var isHalf = parts.Groups["half"].Success;
        var time = !parts.Groups["minute"].Success
            ? ""
            : (parts.Groups["t"].Value == "T" ? "'T'" : " ")
                + (isHalf ? "h:mm" : "H:mm")
                + (parts.Groups["second"].Success ? ":ss" : "")
                + (parts.Groups["fraction"].Success ? ".FFFFFFF" : "")
                + (isHalf ? parts.Groups["space"].Value + "tt" : "");
        return [$"d{mark}M{mark}yyyy{time}", $"M{mark}d{mark}yyyy{time}"];
    }

    [GeneratedRegex(
        @"^\s*\d+(?<mark>\D)\d+\D\d{4}((?<t>[T ])\d+(?<minute>:\d+)(?<second>:\d+)?(?<fraction>\.\d+)?(?<space> ?)(?<half>[APap][Mm])?)?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Parts();
}
