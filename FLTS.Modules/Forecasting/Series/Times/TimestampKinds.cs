namespace FLTS.Forecasting.Series.Times;

/// <summary>What timestamp cells turned out to be; one of a cell, any of a file.</summary>
[Flags]
internal enum TimestampKinds
{
    Invalid = 0,

    /// <summary>A time without zone.</summary>
    Local = 1,

    /// <summary>An instant, in UTC.</summary>
    Zoned = 1 << 1,

    /// <summary>An instant, in UTC, counted from 1970.</summary>
    Epoch = 1 << 2,

    /// <summary>The day stands before the month: the other way round there is no such day.</summary>
    DayFirst = 1 << 3,

    /// <summary>The month stands before the day.</summary>
    MonthFirst = 1 << 4,

    /// <summary>Ten digits that are an hour, yyyyMMddHH, and no seconds since 1970.</summary>
    Hour = 1 << 5,

    /// <summary>Day and month, or month and day; the time is the former's.</summary>
    DayOrMonth = 1 << 6,

    /// <summary>Ten digits that are an hour or seconds since 1970; the time is the latter's.</summary>
    HourOrEpoch = 1 << 7,

    /// <summary>What other cells have to decide.</summary>
    OfTwoReadings = DayOrMonth | HourOrEpoch,
}
