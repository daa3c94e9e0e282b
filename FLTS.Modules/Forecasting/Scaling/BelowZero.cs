using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Scaling;

/// <summary>
/// Since which row the targets of a series are known to fall below 0: up to there <c>non_negative: auto</c> counts. Looked for
/// only where a forecast asks.
/// </summary>
/// <param name="series">The rows, never clipped.</param>
/// <param name="targets">[M]</param>
/// <param name="bounds">[M] On the series' scale, what lies under it is below 0; null: nobody asks.</param>
internal sealed class BelowZero(PreparedSeries series, IReadOnlyList<string> targets, double?[] bounds)
{
    private readonly int?[] _since = new int?[targets.Count];

    /// <summary>Whether any value of a target up to a row was below 0.</summary>
    public bool UpTo(int target, int row) => (_since[target] ??= First(target)) <= row;

    private int First(int target)
    {
        if (series.FellBelowZero.Contains(targets[target], StringComparer.Ordinal))
            return 0;
        if (bounds[target] is not { } bound)
            return int.MaxValue;
        var column = series.IndexOf(targets[target]);
        var (values, observed) = (series.Values[column], series.Observed[column]);
        for (var row = 0; row < values.Length; row++)
        {
            if (values[row] < bound && observed[row])
                return row;
        }

        return int.MaxValue;
    }
}
