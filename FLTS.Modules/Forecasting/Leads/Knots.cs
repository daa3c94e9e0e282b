using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Leads;

/// <summary>
/// The leads at which a model that forecasts directly is fitted, in steps (FORECASTING.md 5); between them what it learned is interpolated
/// in log lead, beyond the last it is held.
/// </summary>
public static class Knots
{
    /// <summary>All of them, ascending.</summary>
    public static IReadOnlyList<int> All { get; } = [1, 2, 5, 10, 15, 30, 60, 90, 180, 360, 720];

    /// <summary>Those up to a lead; at least the first.</summary>
    /// <param name="longest">In steps.</param>
    public static int[] UpTo(int longest) => [.. All.Where(k => k == 1 || k <= longest)];

    /// <summary>
    /// Those that a train part allows: so many steps ahead at least as many origins are fitted on, and validate where anything does; at
    /// least the first.
    /// </summary>
    /// <param name="series">Train.</param>
    /// <param name="inputLength">Rows that an origin needs in its segment.</param>
    /// <param name="validationStart">First row of the validation part.</param>
    public static int[] Of(PreparedSeries series, int inputLength, int validationStart)
    {
        return [.. All.Where(k => k == 1 || (Allows(k, inputLength, validationStart)
            && (validationStart >= series.Rows || Allows(k, validationStart, series.Rows))))];

        bool Allows(int lead, int from, int end)
        {
            var origins = 0;
            for (var row = Math.Max(from, inputLength); row + lead - 1 < end && origins < lead; row++)
                origins += series.Segments[row - inputLength] == series.Segments[row + lead - 1] ? 1 : 0;
            return origins >= lead;
        }
    }

    /// <summary>Where a lead lies between knots.</summary>
    /// <param name="knots">Ascending, the first at most <paramref name="lead"/>.</param>
    /// <param name="lead">In steps, at least 1.</param>
    /// <returns>At the lead it is (1 - share) times what it is at knot <c>Index</c> plus share times that at the next. At a knot and beyond
    /// the last the share is 0.</returns>
    public static (int Index, double Share) Place(ReadOnlySpan<int> knots, int lead)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lead, 1);
        var index = knots.Length - 1;
        while (index > 0 && knots[index] > lead)
            index--;
        return index == knots.Length - 1 || knots[index] == lead
            ? (index, 0)
            : (index, Math.Log((double)lead / knots[index]) / Math.Log((double)knots[index + 1] / knots[index]));
    }
}
