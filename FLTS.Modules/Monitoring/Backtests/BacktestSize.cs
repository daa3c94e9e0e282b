using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>What a backtest takes: forecasts of every origin, a batch of them held at once, and a result by lead and hour.</summary>
internal static class BacktestSize
{
    /// <summary>Of the errors of one target, or of all, as JSON.</summary>
    private const double ScoreBytes = 200;

    /// <param name="models">Types and hyperparameters of those that compute: the model, or it and its members.</param>
    /// <param name="data">Of the kind that is forecast.</param>
    /// <param name="origins">N.</param>
    /// <param name="steps">The longest lead.</param>
    public static FitEstimate Of(
        IEnumerable<(string Type, JsonObject Hyperparameters)> models, DatasetMeta data, long origins, int steps)
    {
        var size = new FitSize(data.TrainRows, data.Columns.Count, data.Targets.Count);
        var batch = Math.Min(origins, RollingBacktest.BatchOf(steps, data.Targets.Count));
        var computing = models.ToList();
        return new FitEstimate(
            Forecasts(batch).Bytes,
            Forecasts(origins).Operations,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{origins:N0} origins x {steps} steps x {data.Targets.Count} targets; use a shorter span or smaller leads"));

        FitEstimate Forecasts(double windows) => FitEstimate.Together(
            computing.Select(m => ForecasterCatalog.Get(m.Type).EstimateForecast(m.Hyperparameters, size, windows, steps)));
    }

    /// <exception cref="InvalidInputException">The result would be larger than an answer may be.</exception>
    public static void RefuseAnswer(DatasetMeta data, long rows, int leads, LimitsOptions limits)
    {
        var lines = (double)new TimeBuckets(data.Step).Most(rows) * leads;
        var bytes = lines * (data.Targets.Count + 1) * ScoreBytes;
        if (bytes > limits.AnswerBytes)
            throw new InvalidInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The result by lead and hour would have about {lines:N0} lines of {data.Targets.Count} targets, "
                + $"{bytes / (1 << 20):N0} MB; at most {limits.AnswerMb} are answered (Limits:AnswerMb). Use fewer leads or a shorter "
                + $"span."));
    }
}
