using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Features;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>Adds lags and calendar to scaled measured columns and drops the rows without all lags.</summary>
internal sealed class SeriesAssembler(
    PreprocessConfig config, ColumnPlan plan, SeriesStep step, IReadOnlyList<string> flat, Parallelism parallelism = default)
{
    private readonly int _largestLag = config.Lags.Count == 0 ? 0 : config.Lags[^1];

    public PreparedSeries Train(DatasetPart part, double[][] values, bool[][] observed) =>
        Assemble(part.Times, part.Segments, values, observed, from: 0).Series;

    /// <summary>
    /// Rows to forecast from. The first ones lack lags (NaN) and stay, outside every window: steps to come take theirs from them.
    /// </summary>
    /// <param name="part">Times and segments.</param>
    /// <param name="values">[C][rows] scaled.</param>
    /// <param name="observed">[C][rows]</param>
    /// <param name="fell">As <see cref="PreparedSeries.FellBelowZero"/>.</param>
    public PreparedSeries Serving(DatasetPart part, double[][] values, bool[][] observed, IReadOnlyList<string> fell) =>
        Assemble(part.Times, part.Segments, values, observed, from: -1, fell).Series;

    /// <summary>Test; its first lags come from the end of train where it follows.</summary>
    /// <param name="part">Times and segments of test.</param>
    /// <param name="values">[C][rows] scaled.</param>
    /// <param name="observed">[C][rows]</param>
    /// <param name="before">Train, where test follows it without a gap.</param>
    /// <returns>The series, and which rows of the part it kept (null: all).</returns>
    public (PreparedSeries Series, int[]? Rows) Test(DatasetPart part, double[][] values, bool[][] observed, PreparedSeries? before)
    {
        var context = before is null ? 0 : Math.Min(_largestLag, before.Rows);
        if (context == 0)
            return Assemble(part.Times, part.Segments, values, observed, from: 0);
        var start = before!.Rows - context;
        var (series, rows) = Assemble(
            [.. before.Timestamps.AsSpan(start), .. part.Times],
            [.. before.Segments.AsSpan(start), .. part.Segments.Select(s => s + before.Segments[^1])],
            [.. values.Select((column, c) => (double[])[.. before.Values[c].AsSpan(start), .. column])],
            [.. observed.Select((mask, c) => (bool[])[.. before.Observed[c].AsSpan(start), .. mask])],
            from: context);
        return (series, rows is null ? null : Array.ConvertAll(rows, t => t - context));
    }

    private (PreparedSeries Series, int[]? Rows) Assemble(
        DateTime[] times, int[] segments, double[][] values, bool[][] observed, int from, IReadOnlyList<string>? fell = null)
    {
        int[]? rows = null;
        List<double[]> all = [.. values];
        List<bool[]> masks = [.. observed];
        if (_largestLag > 0)
        {
            for (var c = 0; c < values.Length; c++)
            {
                foreach (var lag in config.Lags)
                {
                    all.Add(Lags.Shift(values[c], segments, lag));
                    masks.Add(Lags.Shift(observed[c], lag));
                }
            }
        }

        if (_largestLag > 0 && from >= 0)
        {
            rows = Array.FindAll(Lags.CompleteRows(segments, _largestLag), t => t >= from);
            all = all.ConvertAll(column => Array.ConvertAll(rows, t => column[t]));
            masks = masks.ConvertAll(mask => Array.ConvertAll(rows, t => mask[t]));
            times = Array.ConvertAll(rows, t => times[t]);
            segments = Array.ConvertAll(rows, t => segments[t]);
        }

        if (config.Calendar)
        {
            var always = new bool[times.Length];
            Array.Fill(always, true);
            var calendar = new double[CalendarFeatures.Names.Count][];
            var local = step.Clock is { } clock ? Array.ConvertAll(times, clock.Local) : times;
            parallelism.For(calendar.Length, f =>
            {
                calendar[f] = GC.AllocateUninitializedArray<double>(times.Length);
                CalendarFeatures.Fill(CalendarFeatures.Names[f], local, calendar[f]);
            });
            all.AddRange(calendar);
            masks.AddRange(Enumerable.Repeat(always, calendar.Length));
        }

        // Ascending from 0 without holes, whatever was dropped.
        var first = segments.Length > 0 ? segments[0] : 0;
        return (new PreparedSeries
        {
            Timestamps = times,
            Segments = first == 0 ? segments : Array.ConvertAll(segments, s => s - first),
            Step = step,
            Columns = plan.All,
            Values = [.. all],
            Observed = [.. masks],
            Targets = plan.Targets,
            FlatTargets = [.. plan.Targets.Where(flat.Contains)],
            FellBelowZero = fell ?? [],
        }, rows);
    }
}
