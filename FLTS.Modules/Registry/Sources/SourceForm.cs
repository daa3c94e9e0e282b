using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Times;

namespace FLTS.Modules.Registry.Sources;

/// <summary>What the files of a dataset say of rows that come after them: how these are written, and where the files' own end.</summary>
/// <param name="Header">The first line of the train file.</param>
/// <param name="Columns">Numeric columns.</param>
/// <param name="TimestampColumn">Name of the times; of two columns both, joined.</param>
/// <param name="TimeKinds">How the times are written.</param>
/// <param name="HasCommas">Numbers have decimal commas.</param>
/// <param name="Train">First and last time of the train file.</param>
/// <param name="Test">Of the test file; null: there is none.</param>
internal sealed record SourceForm(
    byte[] Header,
    IReadOnlyList<string> Columns,
    string TimestampColumn,
    TimestampKinds TimeKinds,
    bool HasCommas,
    TimeSpanOfRows Train,
    TimeSpanOfRows? Test)
{
    /// <summary>Some times carry a zone.</summary>
    public bool HasZones => TimeKinds.HasFlag(TimestampKinds.Zoned);

    /// <summary>Some times are counted from 1970.</summary>
    public bool HasEpoch => TimeKinds.HasFlag(TimestampKinds.Epoch);

    /// <summary>The newest time of the files.</summary>
    public DateTime Last => Test is { } test && test.Last > Train.Last ? test.Last : Train.Last;

    /// <summary>Whether a file may have a row of the time.</summary>
    public bool MayHold(DateTime time) => Train.Holds(time) || (Test?.Holds(time) ?? false);

    /// <summary>
    /// Whether a file that came later says what counts at a time: within its rows a file is the word of whoever put it last, and what was
    /// measured before or after them stays.
    /// </summary>
    public bool Overrules(DateTime time, DateTimeOffset knownAt, SourceFiles files) =>
        (Train.Holds(time) && knownAt < files.Since.Train) || (Test is { } test && test.Holds(time) && knownAt < files.Since.Test);

    public static SourceForm Of(byte[] header, RawTable train, RawTable? test) => new(
        header,
        train.Columns,
        train.TimestampColumn,
        train.TimeKinds | (test?.TimeKinds ?? 0),
        train.CommaColumns.Count > 0,
        TimeSpanOfRows.Of(train),
        test is null ? null : TimeSpanOfRows.Of(test));
}

/// <summary>Where the rows of a file lie in time, both ends included.</summary>
internal readonly record struct TimeSpanOfRows(DateTime First, DateTime Last)
{
    public bool Holds(DateTime time) => First <= time && time <= Last;

    public static TimeSpanOfRows Of(RawTable table) => new(table.Timestamps.Min(), table.Timestamps.Max());
}
