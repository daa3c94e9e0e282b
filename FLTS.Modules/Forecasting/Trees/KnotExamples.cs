using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// Windows and the row so many steps after each, for <c>lead_mode: direct</c>; to be learned is the change from the last value where that
/// is near, else what the base misses.
/// </summary>
internal sealed class KnotExamples : IExamples
{
    /// <summary>
    /// Steps up to which the last value is a better start: what trees and base both know of the window is then not taken out of it twice
    /// (docs/accuracy.md). Farther on there is little but the base to be known.
    /// </summary>
    private const int LongestOverLast = 5;

    private readonly KnotLessons _lessons;
    private readonly int _knot, _lead;

    /// <param name="lessons">Windows and the base's forecasts.</param>
    /// <param name="knot">Position of the lead among the knots.</param>
    /// <param name="lightGbm">LightGBM's parameters.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public KnotExamples(KnotLessons lessons, int knot, string lightGbm, CancellationToken cancellation)
    {
        (_lessons, _knot, _lead) = (lessons, knot, lessons.Knots[knot]);
        var (series, origins) = (lessons.Data.Series, lessons.Origins);
        var features = origins.Features;
        var fit = Enumerable.Range(0, origins.Rows.Length)
            .Where(i => IsUsable(i) && origins.Rows[i] + _lead < lessons.Data.ValidationStart)
            .ToArray();
        var profile = new SeasonProfile(series, series.Targets);
        var seasonal = new double[series.Targets.Count];
        Rows = features.KnotWidth == 0
            ? origins.Windows
            : BinnedRows.Of(lightGbm, origins.Rows.Length, features.KnotWidth, fit, Fill, cancellation).With(origins.Windows);

        void Fill(int row, Span<float> into)
        {
            var origin = origins.Rows[row];
            if (features.IsSeasonal && row >= lessons.First)
                profile.TryFill(origin, _lead, seasonal);
            features.FillKnot(series.LocalTime(origin, _lead), seasonal, origins.Table.Rows(origin, origin + 1), into);
        }
    }

    public BinnedRows Rows { get; }

    /// <summary>Whether trees of a lead add to the last value instead of the base.</summary>
    public static bool IsOverLast(int lead) => lead <= LongestOverLast;

    /// <summary>Where trees add little to the base, those that add anything do so at once (docs/accuracy.md).</summary>
    public int Patience(int rounds) => IsOverLast(_lead) ? rounds : Math.Max(1, rounds / 3);

    public Examples Of(int target, TrainPart part)
    {
        var (series, validationStart) = (_lessons.Data.Series, _lessons.Data.ValidationStart);
        var column = series.IndexOf(series.Targets[target]);
        var (values, observed) = (series.Values[column], series.Observed[column]);
        var (rows, labels, bar) = (new List<int>(), new List<float>(), 0.0);
        for (var i = 0; i < _lessons.Origins.Rows.Length; i++)
        {
            var row = _lessons.Origins.Rows[i] + _lead;
            if (!IsUsable(i) || !observed[row] || (part != TrainPart.All && (row < validationStart) != (part == TrainPart.Fit)))
                continue;
            var missed = values[row] - _lessons.Base(i, _knot, target, part);
            bar += missed * missed;
            rows.Add(i);
            labels.Add((float)(IsOverLast(_lead) ? values[row] - values[_lessons.Origins.Rows[i]] : missed));
        }

        return new Examples([.. rows], [.. labels], bar);
    }

    public void Dispose()
    {
        if (!ReferenceEquals(Rows, _lessons.Origins.Windows))
            Rows.Dispose();
    }

    private bool IsUsable(int i)
    {
        var (series, origin) = (_lessons.Data.Series, _lessons.Origins.Rows[i]);
        return i >= _lessons.First && origin + _lead < series.Rows && series.Segments[origin] == series.Segments[origin + _lead];
    }
}
