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
internal sealed class LiveScorer(IReadOnlyList<ScoredModel> models, CanonicalGrid grid)
{
    private readonly List<(string Model, int Lead, DateTimeOffset First, DateTimeOffset Last)> _hourSpans = [];
    private readonly List<(string Model, int Lead, DateTimeOffset Start, CellSums Sums)> _hours = [];
    private readonly List<(string Model, DateTimeOffset First, DateTimeOffset Last)> _blockSpans = [];
    private readonly List<(string Model, DateTimeOffset Start, CellSums Sums)> _blocks = [];
    private readonly List<(string Model, DateTimeOffset Origin, byte[] Packed)> _forecasts = [];

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
        var prepared = new Dictionary<(PreprocessConfig, string), PreparedDataset>();
        foreach (var model in models)
        {
            // References are asked on the rows that the champion is asked on.
            var form = (model.Live.Config, string.Join('\n', model.Live.Measured));
            if (!prepared.TryGetValue(form, out var data))
                prepared[form] = data = Prepare(table, model.Live, first, parallelism);
            var forecasts = new CanonicalForecasts(data, model.Live.Model, Champion.Model.Scaler, inputRows, grid);
            foreach (var lead in grid.Leads)
            {
                try
                {
                    ScoreLead(model, forecasts, lead, span, parallelism.Cancellation);
                }
                catch (InvalidInputException) when (lead > 1)
                {
                    break; // It has no answer so far ahead: its inputs are not known there.
                }
            }

            if (model.IsChampion)
                Pack(model, forecasts, span, parallelism.Cancellation);
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

    private void ScoreLead(ScoredModel model, CanonicalForecasts forecasts, int lead, LiveSpan span, CancellationToken cancellation)
    {
        var touched = forecasts.Times(lead, t => t > span.After && t <= span.To);
        if (touched.Count == 0)
            return;

        var (from, to) = (grid.Buckets.Start(touched[0]), grid.Buckets.Start(touched[^1]));
        var (firstBlock, lastBlock) = (grid.BlockStart(touched[0]), grid.BlockStart(touched[^1]));
        var scored = forecasts.Score(
            lead,
            t => t > model.From && (IsHour(t) || (lead == 1 && IsBlock(t))),
            cancellation);
        _hourSpans.Add((model.Key, lead, MeasurementLog.Instant(from), MeasurementLog.Instant(to)));
        _hours.AddRange(scored.Where(s => IsHour(s.Time)).GroupBy(s => grid.Buckets.Start(s.Time), s => s.Sums).Select(
            hour => (model.Key, lead, MeasurementLog.Instant(hour.Key), hour.Aggregate((sum, cell) => sum.With(cell)))));
        if (lead > 1)
            return;

        _blockSpans.Add((model.Key, MeasurementLog.Instant(firstBlock), MeasurementLog.Instant(lastBlock)));
        _blocks.AddRange(scored.Where(s => IsBlock(s.Time)).GroupBy(s => grid.BlockStart(s.Time), s => s.Sums).Select(
            block => (model.Key, MeasurementLog.Instant(block.Key), block.Aggregate((sum, cell) => sum.With(cell)))));

        bool IsHour(DateTime time) => grid.Buckets.Start(time) is var start && start >= from && start <= to;

        bool IsBlock(DateTime time) => grid.BlockStart(time) is var start && start >= firstBlock && start <= lastBlock;
    }

    /// <summary>What was forecast before the champion was one stays as it stood.</summary>
    private DateTime From(LiveSpan span) => span.After > models[0].From ? span.After : models[0].From;

    private void Pack(ScoredModel model, CanonicalForecasts forecasts, LiveSpan span, CancellationToken cancellation) =>
        _forecasts.AddRange(forecasts.Pack(o => o > From(span) && o <= span.To, cancellation)
            .Select(f => (model.Key, MeasurementLog.Instant(f.Origin), f.Packed)));
}
