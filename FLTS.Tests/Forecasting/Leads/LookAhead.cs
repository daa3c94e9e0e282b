using FLTS.Forecasting.Series;

namespace FLTS.Tests.Forecasting.Leads;

/// <summary>Finds rows after an origin that an answer from it depends on.</summary>
internal static class LookAhead
{
    /// <summary>The first row after the origin whose value, or whose being observed, changes the answer; null: there is none.</summary>
    /// <param name="series">Its rows are changed one after the other, and put back.</param>
    /// <param name="origin">Last row that may be looked at.</param>
    /// <param name="answer">Asked anew for every change.</param>
    public static int? FirstSeen(PreparedSeries series, int origin, Func<PreparedSeries, double[]> answer)
    {
        var before = answer(series);
        for (var row = origin + 1; row < series.Rows; row++)
        {
            for (var c = 0; c < series.Columns.Count; c++)
            {
                var (value, observed) = (series.Values[c][row], series.Observed[c][row]);
                (series.Values[c][row], series.Observed[c][row]) = (value + 1e3, true);
                var with = answer(series);
                series.Observed[c][row] = false;
                var without = answer(series);
                (series.Values[c][row], series.Observed[c][row]) = (value, observed);
                if (!with.SequenceEqual(before) || !without.SequenceEqual(before))
                    return row;
            }
        }

        return null;
    }

    /// <summary>A series of its own, of noise over a wave of the season, with holes and a gap.</summary>
    public static PreparedSeries Wave(SeriesStep step, int rows, int season, int gapAt = -1, int gap = 0, int seed = 1)
    {
        var random = new Random(seed);
        var start = step.UpTo(new DateTime(2024, 3, 4));
        return new PreparedSeries
        {
            Timestamps = [.. Enumerable.Range(0, rows).Select(t => step.Next(start, gapAt >= 0 && t >= gapAt ? t + gap : t))],
            Segments = [.. Enumerable.Range(0, rows).Select(t => gapAt >= 0 && t >= gapAt ? 1 : 0)],
            Step = step,
            Columns = ["a", "b"],
            Targets = ["a", "b"],
            Values =
            [
                [.. Enumerable.Range(0, rows).Select(t => Math.Sin(2 * Math.PI * t / season) + (0.2 * random.NextDouble()))],
                [.. Enumerable.Range(0, rows).Select(t => Math.Cos(2 * Math.PI * t / season) + random.NextDouble())],
            ],
            Observed =
            [
                [.. Enumerable.Range(0, rows).Select(_ => random.Next(10) > 0)],
                [.. Enumerable.Repeat(true, rows)],
            ],
        };
    }
}
