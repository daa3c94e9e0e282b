using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Backtests;

/// <summary>A model's forecasts from every origin of a test part, compared with what came true.</summary>
public static class RollingBacktest
{
    /// <summary>Forecasts held at once.</summary>
    private const int BatchCells = 1 << 20;

    /// <summary>Origins asked for in one call.</summary>
    public static int BatchOf(int steps, int targets) => Math.Max(1, BatchCells / (steps * targets));

    /// <summary>Errors by lead and bucket of time.</summary>
    /// <param name="data">Never clipped.</param>
    /// <param name="frame">Its origins.</param>
    /// <param name="model">A model that can be asked on this data, with its scale: errors are scaled by its train's ranges.</param>
    /// <param name="leads">Steps from the origin that are scored, ascending.</param>
    /// <param name="weights">Of targets in what is pooled; null: equal.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    public static RollingErrors Run(
        PreparedDataset data,
        EvaluationFrame frame,
        (IFittedForecaster Forecaster, Scaler Scaler) model,
        IReadOnlyList<int> leads,
        IReadOnlyDictionary<string, double>? weights,
        CancellationToken cancellation)
    {
        var (rows, signature) = (frame.Series, model.Forecaster.Signature);
        var replay = new ForecastReplay(rows, data.Meta.Scaler, model.Forecaster, model.Scaler);
        var errors = new RollingErrors(signature.ModelType, model.Scaler, signature.Targets, weights);
        var buckets = new TimeBuckets(rows.Step);
        var (steps, targets) = (leads[^1], signature.Targets.Count);
        var (made, truth) = (new double[targets], new double[targets]);
        foreach (var batch in frame.Origins.Chunk(BatchOf(steps, targets)))
        {
            cancellation.ThrowIfCancellationRequested();
            var forecast = replay.Forecast(batch, steps);
            for (var n = 0; n < batch.Length; n++)
            {
                foreach (var lead in leads)
                {
                    var row = batch[n] + lead;
                    var isThere = row < rows.Rows && rows.Segments[row] == rows.Segments[batch[n]];
                    var time = isThere ? rows.Timestamps[row] : rows.Step.Next(rows.Timestamps[batch[n]], lead);
                    if (time > rows.Timestamps[^1])
                        continue; // What comes after the span is no part of it.

                    for (var m = 0; m < targets; m++)
                    {
                        made[m] = forecast[n, lead - 1, m];
                        truth[m] = isThere ? data.TestTruth[m][row - frame.FirstTestRow] : double.NaN;
                    }

                    errors.Add(lead, buckets.Start(time), made, truth);
                }
            }
        }

        return errors;
    }
}
