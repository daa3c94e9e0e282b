using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>Fits Prophet's maximum a posteriori to histories.</summary>
public static class ProphetFitter
{
    /// <summary>Fits one series.</summary>
    /// <param name="settings">What is chosen before.</param>
    /// <param name="history">Rows in any order with y; NaN where y is missing.</param>
    /// <param name="options">Threads, warm start, cancellation.</param>
    /// <exception cref="InvalidInputException">Settings or rows cannot be used; says which.</exception>
    public static ProphetModel Fit(ProphetSettings settings, ProphetFrame history, ProphetFitOptions? options = null)
    {
        var y = history.Y ?? throw new InvalidInputException("The history has no y; a fit needs it.");
        return FitMany(settings, history, [y], options)[0];
    }

    /// <summary>
    /// Fits several series that share their times and settings; those observed on the same rows share the
    /// design matrix and one Gram matrix.
    /// </summary>
    /// <param name="settings">What is chosen before.</param>
    /// <param name="frame">Rows in any order; its own y is ignored.</param>
    /// <param name="series">[M][N] Values; NaN where missing.</param>
    /// <param name="options">Threads, warm starts, cancellation.</param>
    /// <exception cref="InvalidInputException">Settings or rows cannot be used; says which.</exception>
    public static ProphetModel[] FitMany(
        ProphetSettings settings, ProphetFrame frame, IReadOnlyList<double[]> series, ProphetFitOptions? options = null)
    {
        options ??= new ProphetFitOptions();
        SettingsCheck.Check(settings);
        frame.Check(settings);
        var order = Enumerable.Range(0, frame.Rows).OrderBy(i => frame.Ds[i]).ToArray();
        var rows = new int[series.Count][];
        for (var j = 0; j < series.Count; j++)
            rows[j] = ObservedRows(frame, series[j], order, series.Count == 1 ? "y" : $"series {j}");

        var models = new ProphetModel[series.Count];
        var done = 0;
        foreach (var group in Enumerable.Range(0, series.Count).GroupBy(j => rows[j], SameRows.Comparer))
        {
            var members = group.ToArray();
            var fit = new SharedFit(
                settings,
                frame.Take(group.Key, null),
                [.. members.Select(j => ProphetFrame.Pick(series[j], group.Key))],
                options);
            options.Parallelism.For(members.Length, i =>
            {
                models[members[i]] = fit.Fit(i, options.WarmStart?[members[i]]);
                options.Progress?.Report(Interlocked.Increment(ref done));
            });
        }

        return models;
    }

    private static int[] ObservedRows(ProphetFrame frame, double[] y, int[] order, string name)
    {
        if (y.Length != frame.Rows)
            throw new InvalidInputException($"{name} has {y.Length} values for {frame.Rows} rows.");
        var infinite = Array.FindIndex(y, double.IsInfinity);
        if (infinite >= 0)
            throw new InvalidInputException($"{name} of row {infinite} is infinite; it must be finite, or NaN where missing.");
        var observed = order.Where(i => !double.IsNaN(y[i])).ToArray();
        if (observed.Length < 2)
            throw new InvalidInputException($"{name} has {observed.Length} observed of {y.Length} values; a fit needs at least 2.");
        return observed;
    }

    private sealed class SameRows : IEqualityComparer<int[]>
    {
        public static readonly SameRows Comparer = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] rows) => HashCode.Combine(rows.Length, rows[0], rows[^1], rows[rows.Length / 2]);
    }
}
