using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// Rows of a file that are test, whatever its configuration says: those before them are train, those behind them are left out.
/// </summary>
/// <param name="From">Time of the first; null: as early as can be.</param>
/// <param name="To">Time of the last; null: the newest.</param>
/// <param name="Before">Rows that must be before them, at least 1.</param>
public sealed record TestSpan(DateTime? From, DateTime? To, int Before)
{
    /// <summary>The first row that is test, and the one behind the last.</summary>
    /// <exception cref="InvalidInputException">No row is; says where the rows lie.</exception>
    internal (int Start, int End) Of(SeriesFrame frame, string file)
    {
        var times = frame.Timestamps;
        var start = Math.Max(Before, From is { } from ? Array.FindIndex(times, t => t >= from) is var i and >= 0 ? i : times.Length : 0);
        var end = To is { } to && Array.FindIndex(times, t => t > to) is var behind and >= 0 ? behind : times.Length;
        return start < end
            ? (start, end)
            : throw new InvalidInputException(
                $"{file}: no row lies in the span {Show(From)} to {Show(To)} with {Before} rows before it; its {times.Length} rows are "
                + $"from {Show(times[0])} to {Show(times[^1])}.");

        string Show(DateTime? time) => time is { } given ? frame.Step.Show(given) : "(open)";
    }
}
