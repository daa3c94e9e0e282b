using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Backtests;
using FLTS.Modules.Registry.Runs;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>Loads model and rows, forecasts from every origin, and sums what came of it.</summary>
internal sealed class BacktestRunner(ModelLoader loader, RunReader runs, IProcessedData data, SpanRows rows, ComputeBudget budget)
{
    /// <exception cref="UnavailableException">The store refuses.</exception>
    /// <exception cref="CorruptArtifactException">Model or data are not what was stored.</exception>
    /// <exception cref="InvalidInputException">The rows cannot be forecast by this model.</exception>
    public async Task<(BacktestResult Result, IReadOnlyList<HourScore> Hours)> RunAsync(
        BacktestOrder order, CancellationToken cancellation)
    {
        var run = await runs.FindAsync(order.RunId, cancellation);
        if (run.ManifestSha256 is not { } manifest)
            throw new ConflictException($"Run {run.RunId} has no artifacts any more.");

        using var model = await loader.LoadAsync(run.RunId, run.Attempt, manifest, ArtifactSource.Cache, cancellation);
        var dataset = (await DataAsync(order, model, cancellation)).Unclipped;
        var signature = model.Forecaster.Signature;
        if (ForecastReplay.Incomparable(dataset.Meta, signature.Step, signature.Targets, signature.Inputs) is { } why)
            throw new InvalidInputException($"Run {run.RunId} cannot forecast these rows: {why}.");

        var frame = EvaluationFrame.Of(dataset, Math.Max(order.InputRows, signature.InputLength));
        if (frame.ScoredRows == 0)
            throw new InvalidInputException(
                $"No row of the span has the {Math.Max(order.InputRows, signature.InputLength)} rows before it that a forecast needs "
                + "in one piece without a longer gap.");

        BacktestSize.RefuseAnswer(dataset.Meta, frame.ScoredRows, order.Leads.Count, budget.Limits);
        var errors = await budget.RunAsync(
            "The backtest",
            BacktestSize.Of(model.Computing, dataset.Meta, frame.ScoredRows, order.Leads[^1]),
            p => RollingBacktest.Run(
                dataset, frame, (model.Forecaster, model.Scaler), order.Leads, order.TargetWeights, p.Cancellation),
            cancellation);
        return (ResultOf(model, frame, errors), HoursOf(errors, frame.Series.Step));
    }

    private async Task<PreparedDataset> DataAsync(BacktestOrder order, LoadedModel model, CancellationToken cancellation)
    {
        if (order.TestPartOf is not { } configHash)
            return await rows.PrepareAsync(order, model, cancellation);

        using var reading = budget.EnterReading();
        return await data.OpenAsync(configHash, cancellation);
    }

    private static BacktestResult ResultOf(LoadedModel model, EvaluationFrame frame, RollingErrors errors)
    {
        var (manifest, rows) = (model.Manifest, frame.Series);
        var (first, last) = (rows.Timestamps[frame.Origins[0] + 1], rows.Timestamps[frame.Origins[^1] + 1]);
        return new BacktestResult(
            manifest.ModelType,
            manifest.ConfigHash,
            rows.Step.Show(first),
            rows.Step.Show(last),
            new TimeBuckets(rows.Step).Length.TotalSeconds,
            frame.ScoredRows,
            frame.SkippedRows,
            new[] { manifest.Fitted, manifest.Validated }.OfType<ManifestSpan>().Any(IsSeen),
            manifest.LeadFromEndOfTrain ? "from_end_of_train" : null,
            errors.Total(),
            [.. errors.Leads().Select(l => new LeadScore(l.Lead, l.Score))]);

        bool IsSeen(ManifestSpan span) =>
            first <= SeriesTimes.Convert(span.To, model.Forecaster.Signature.Step, rows.Step)
            && last >= SeriesTimes.Convert(span.From, model.Forecaster.Signature.Step, rows.Step);
    }

    private static IReadOnlyList<HourScore> HoursOf(RollingErrors errors, SeriesStep step) =>
        [.. errors.Buckets().Select(b => new HourScore(b.Lead, step.Show(b.Bucket), b.Score))];
}
