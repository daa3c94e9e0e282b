using System.Text.Json.Serialization;

namespace FLTS.Forecasting.Series.Grid;

/// <summary>What was found and mended on the way from a table to a frame; counts of rows unless said otherwise.</summary>
public sealed record SeriesReport
{
    /// <summary>Rows in the file.</summary>
    public required int RowsRead { get; init; }

    /// <summary>Rows of the frame, gap rows among them.</summary>
    public required int Rows { get; init; }

    /// <summary>Seconds between rows, on average where the step is of the calendar.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>The step where it is of the calendar: <c>business_day</c>, <c>month</c>, <c>quarter_end</c> and so on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Step { get; init; }

    /// <summary>Share of successive differences that are one step, 0 to 1.</summary>
    public required double RegularShare { get; init; }

    /// <summary>Rows whose time was before that of the row above them.</summary>
    public int OutOfOrder { get; init; }

    /// <summary>Rows dropped because a later row had the same time.</summary>
    public int Duplicates { get; init; }

    /// <summary>Rows moved by up to a tenth of a step, or within their day where the step is of the calendar.</summary>
    public int Snapped { get; init; }

    /// <summary>Rows further off the grid than that; each starts a segment.</summary>
    public int OffGrid { get; init; }

    /// <summary>Gaps that became missing rows.</summary>
    public int Gaps { get; init; }

    /// <summary>Missing rows that were put in.</summary>
    public int GapRows { get; init; }

    /// <summary>Gaps that end a segment.</summary>
    public int LongGaps { get; init; }

    public int Segments { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What of a file is not used, as sentences.</summary>
    /// <param name="file">Its name.</param>
    internal IEnumerable<string> LeftOut(string file) => Duplicates == 0
        ? []
        :
        [
            FormattableString.Invariant(
                $"{file}: {Duplicates} rows have the time of a later row (as local times have when clocks are set back) and are not used."),
        ];
}
