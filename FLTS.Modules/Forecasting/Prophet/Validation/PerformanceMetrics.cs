namespace FLTS.Forecasting.Prophet.Validation;

/// <summary>Errors of a cross-validation by horizon (Prophet's <c>diagnostics.performance_metrics</c>).</summary>
public static class PerformanceMetrics
{
    /// <summary>Below this |y| a share of it means nothing (Prophet's threshold for leaving mape out).</summary>
    private const double NextToZero = 1e-8;

    /// <summary>Averages by horizon.</summary>
    /// <param name="rows">From <see cref="CrossValidation.Run"/>.</param>
    /// <param name="rollingWindow">Share of all rows in each average, 0 (one horizon each) to 1 (all in one).</param>
    /// <returns>Ascending horizons; the first are left out until a window is full.</returns>
    public static List<HorizonPerformance> Of(IReadOnlyList<CrossValidationRow> rows, double rollingWindow = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rollingWindow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rollingWindow, 1);
        var window = Math.Max(1, (int)(rollingWindow * rows.Count));
        var groups = rows.GroupBy(r => r.Ds - r.Cutoff).OrderBy(g => g.Key).Select(g => (g.Key, Rows: g.ToArray())).ToArray();
        var mse = Rolling(groups, window, r => (r.Y - r.Yhat) * (r.Y - r.Yhat));
        var mae = Rolling(groups, window, r => Math.Abs(r.Y - r.Yhat));
        var mape = rows.Any(r => Math.Abs(r.Y) < NextToZero) ? null : Rolling(groups, window, r => Math.Abs((r.Y - r.Yhat) / r.Y));
        var mdape = mape is null ? null : RollingMedian(groups, window, r => Math.Abs((r.Y - r.Yhat) / r.Y));
        var smape = Rolling(groups, window, r => r.Y == r.Yhat ? 0 : 2 * Math.Abs(r.Y - r.Yhat) / (Math.Abs(r.Y) + Math.Abs(r.Yhat)));
        var coverage = rows.Any(r => r.YhatLower is null)
            ? null
            : Rolling(groups, window, r => r.Y >= r.YhatLower && r.Y <= r.YhatUpper ? 1 : 0);
        var first = groups.Length - mse.Length;
        return [.. mse.Select((value, i) => new HorizonPerformance(
            groups[first + i].Key,
            value,
            Math.Sqrt(value),
            mae[i],
            mape?[i],
            mdape?[first + i],
            smape[i],
            coverage?[i]))];
    }

    /// <summary>
    /// Means over the last <paramref name="window"/> rows up to each horizon; a horizon that does not fit whole counts by the share that
    /// does (Prophet's <c>rolling_mean_by_h</c>).
    /// </summary>
    private static double[] Rolling(
        (TimeSpan Horizon, CrossValidationRow[] Rows)[] groups, int window, Func<CrossValidationRow, double> error)
    {
        var sums = groups.Select(g => g.Rows.Sum(error)).ToArray();
        var means = new double[groups.Length];
        var (last, sum, count) = (groups.Length - 1, 0.0, 0);
        for (var i = groups.Length - 1; i >= 0; i--)
        {
            sum += sums[i];
            count += groups[i].Rows.Length;
            while (count >= window && last >= i)
            {
                means[last] = (sum - ((count - window) * sums[i] / groups[i].Rows.Length)) / window;
                sum -= sums[last];
                count -= groups[last].Rows.Length;
                last--;
            }
        }

        return means[(last + 1)..];
    }

    /// <summary>
    /// Median of a horizon's rows and as many of those before as fill the window; NaN until it is full
    /// (Prophet's <c>rolling_median_by_h</c>).
    /// </summary>
    private static double[] RollingMedian(
        (TimeSpan Horizon, CrossValidationRow[] Rows)[] groups, int window, Func<CrossValidationRow, double> error)
    {
        var values = groups.SelectMany(g => g.Rows).Select(error).ToArray();
        var medians = new double[groups.Length];
        var end = 0;
        for (var i = 0; i < groups.Length; i++)
        {
            end += groups[i].Rows.Length;
            var part = values[Math.Max(0, end - Math.Max(window, groups[i].Rows.Length))..end];
            Array.Sort(part);
            medians[i] = part.Length < window ? double.NaN : (part[(part.Length - 1) / 2] + part[part.Length / 2]) / 2;
        }

        return medians;
    }
}
