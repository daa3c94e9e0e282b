using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Monitoring.Backtests;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>Scores the canonical forecasts of models over a span of rows; what it finds depends on the rows alone.</summary>
/// <param name="models">The champion first: errors are on the scale of its train part.</param>
/// <param name="grid">Of the champion's step.</param>
/// <param name="intervals">What the champion's intervals have become so far; null: no truth has moved them.</param>
/// <param name="windows">What counts for those of longer leads, and the champion's forecasts that are kept; null: they stay.</param>
internal sealed class LiveScorer(
    IReadOnlyList<ScoredModel> models,
    CanonicalGrid grid,
    IntervalState? intervals,
    (WindowCount Of, IReadOnlyList<(DateTime Origin, byte[] Packed)> Kept)? windows)
{
    private readonly List<(string Model, int Lead, DateTimeOffset First, DateTimeOffset Last)> _hourSpans = [];
    private readonly List<(string Model, int Lead, DateTimeOffset Start, CellSums Sums)> _hours = [];
    private readonly List<(string Model, DateTimeOffset First, DateTimeOffset Last)> _blockSpans = [];
    private readonly List<(string Model, DateTimeOffset Start, CellSums Sums)> _blocks = [];
    private readonly List<(string Model, DateTimeOffset Origin, byte[] Packed)> _forecasts = [];
    private (IntervalState Now, DateTimeOffset? Before)? _adapted;
    private (RunId Run, byte[] Packed)? _windows;

    private LiveModel Champion => models[0].Live;

    /// <summary>What of hours, blocks and forecasts is others than before.</summary>
    /// <param name="table">Rows with as many before the span as forecasts look at.</param>
    /// <param name="span">Which rows.</param>
    /// <param name="parallelism">Its cancellation is looked at.</param>
    /// <returns>All but the progress.</returns>
    public LiveTurn Score(RawTable table, LiveSpan span, Parallelism parallelism)
    {
        var inputRows = models.Max(m => m.Live.Signature.InputLength);
        var (hour, block) = (grid.Buckets.Start(span.After), grid.BlockStart(span.After));
        var first = hour < block ? hour : block;
        var prepared = new Dictionary<(PreprocessConfig, string), CanonicalRows>();
        foreach (var model in models)
        {
            // References are asked on the rows that the champion is asked on.
            var form = (model.Live.Config, string.Join('\n', model.Live.Measured));
            if (!prepared.TryGetValue(form, out var rows))
                prepared[form] = rows = new CanonicalRows(Prepare(table, model.Live, first, parallelism));
            var forecasts = new CanonicalForecasts(rows, model.Live.Model, Champion.Model.Scaler, inputRows, grid);
            Score(model, forecasts, span, parallelism.Cancellation);
            if (!model.IsChampion)
                continue;
            var packed = forecasts.Pack(o => o > From(span) && o <= span.To, parallelism.Cancellation);
            _forecasts.AddRange(packed.Select(f => (model.Key, MeasurementLog.Instant(f.Origin), f.Packed)));
            _windows = windows is var (of, kept)
                ? of.Count(model, intervals, forecasts, [.. kept.Where(f => f.Origin <= From(span) || f.Origin > span.To), .. packed], grid)
                : null;
            _adapted = IntervalCount.Of(model, intervals, forecasts, span, parallelism.Cancellation);
        }

        return new LiveTurn
        {
            Progress = new LiveProgress(0, null, null, null, null),
            HourSpans = _hourSpans,
            Hours = _hours,
            BlockSpans = _blockSpans,
            Blocks = _blocks,
            Origins = From(span) < span.To ? (MeasurementLog.Instant(From(span)).AddTicks(1), MeasurementLog.Instant(span.To)) : null,
            Forecasts = _forecasts,
            Intervals = _adapted,
            Windows = _windows,
        };
    }

    private static PreparedDataset Prepare(RawTable table, LiveModel model, DateTime first, Parallelism parallelism)
    {
        // What is missing takes the last value seen, wherever a turn begins.
        var config = SpanRows.Plain(model.Config, model.Signature, model.Measured) with
        {
            Missing = new MissingOptions(MissingStrategy.ForwardFill),
        };
        var span = new TestSpan(first, null, 1 + config.Lags.DefaultIfEmpty(0).Max());
        return DatasetPreparer.Prepare(config, table.Cut(.., table), null, model.Signature.Step, parallelism, span);
    }

    private void Score(ScoredModel model, CanonicalForecasts forecasts, LiveSpan span, CancellationToken cancellation)
    {
        List<LeadSpan> touched = [.. grid.Leads.Select(lead => Touched(forecasts, lead, span)).OfType<LeadSpan>()];
        foreach (var first in touched.Where(t => t.Lead == 1))
            Add(model, first, forecasts.Score(1, time => time > model.From && first.Has(time), cancellation));

        List<LeadSpan> longer = [.. touched.Where(t => t.Lead > 1)];
        if (longer.Count == 0)
            return;

        if (!model.Live.Model.Forecaster.FeedsBack)
        {
            try
            {
                var scored = forecasts.Score([.. longer.Select(t => (t.Lead, Wanted(t)))], cancellation);
                for (var i = 0; i < longer.Count; i++)
                    Add(model, longer[i], scored[i]);
                return;
            }
            catch (InvalidInputException)
            {
                // It has no answer at one of them; those before it are scored.
            }
        }

        // One that goes step by step would go to the longest lead from the origins of all.
        foreach (var one in longer)
        {
            try
            {
                Add(model, one, forecasts.Score(one.Lead, Wanted(one), cancellation));
            }
            catch (InvalidInputException)
            {
                break; // It has no answer so far ahead: its inputs are not known there.
            }
        }

        Func<DateTime, bool> Wanted(LeadSpan of) => time => time > model.From && of.HasHour(time);
    }

    /// <summary>Null: nothing that is forecast at the lead is touched.</summary>
    private LeadSpan? Touched(CanonicalForecasts forecasts, int lead, LiveSpan span)
    {
        var times = forecasts.Times(lead, t => t > span.After && t <= span.To);
        return times.Count == 0
            ? null
            : new LeadSpan(
                grid,
                lead,
                (grid.Buckets.Start(times[0]), grid.Buckets.Start(times[^1])),
                (grid.BlockStart(times[0]), grid.BlockStart(times[^1])));
    }

    private void Add(ScoredModel model, LeadSpan of, IReadOnlyList<(DateTime Time, CellSums Sums)> scored)
    {
        _hourSpans.Add((model.Key, of.Lead, MeasurementLog.Instant(of.Hours.First), MeasurementLog.Instant(of.Hours.Last)));
        _hours.AddRange(scored.Where(s => of.HasHour(s.Time)).GroupBy(s => grid.Buckets.Start(s.Time), s => s.Sums).Select(
            hour => (model.Key, of.Lead, MeasurementLog.Instant(hour.Key), hour.Aggregate((sum, cell) => sum.With(cell)))));
        if (of.Lead > 1)
            return;

        _blockSpans.Add((model.Key, MeasurementLog.Instant(of.Blocks.First), MeasurementLog.Instant(of.Blocks.Last)));
        _blocks.AddRange(scored.Where(s => of.HasBlock(s.Time)).GroupBy(s => grid.BlockStart(s.Time), s => s.Sums).Select(
            block => (model.Key, MeasurementLog.Instant(block.Key), block.Aggregate((sum, cell) => sum.With(cell)))));
    }

    /// <summary>What was forecast before the champion was one stays as it stood.</summary>
    private DateTime From(LiveSpan span) => span.After > models[0].CountsFrom ? span.After : models[0].CountsFrom;

    /// <summary>Hours and blocks that what is touched of a lead lies in: their first and last begin.</summary>
    private sealed record LeadSpan(
        CanonicalGrid Grid, int Lead, (DateTime First, DateTime Last) Hours, (DateTime First, DateTime Last) Blocks)
    {
        /// <summary>Whether a forecast for a time is looked at anew.</summary>
        public bool Has(DateTime time) => HasHour(time) || (Lead == 1 && HasBlock(time));

        public bool HasHour(DateTime time) => Grid.Buckets.Start(time) is var start && start >= Hours.First && start <= Hours.Last;

        public bool HasBlock(DateTime time) => Grid.BlockStart(time) is var start && start >= Blocks.First && start <= Blocks.Last;
    }
}
