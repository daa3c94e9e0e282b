using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Metrics;

/// <summary>
/// Losses of a model without epochs: one-step forecasts of train and validation, on the series' scale, observed
/// cells of targets that are not flat.
/// </summary>
public static class OneStepMetrics
{
    private const int Batch = 8192;

    /// <summary>Forecasts every row whose input lies in its segment; null where train has no such row.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Train with its validation part.</param>
    /// <param name="cancellation">Looked at at every batch.</param>
    /// <param name="applies">Origins that the model has a forecast for; null: all.</param>
    public static EpochMetrics? Of(
        IFittedForecaster model, TrainingSet data, CancellationToken cancellation, Func<PreparedSeries, int, bool>? applies = null)
    {
        var train = Of(model, data.Series, new RowSpan(0, data.ValidationStart), applies, cancellation);
        if (train is null)
            return null;
        var validation = data.ValidationStart < data.Series.Rows
            ? Of(model, data.Series, new RowSpan(data.ValidationStart, data.Series.Rows), applies, cancellation)
            : null;
        return new EpochMetrics(
            1,
            train.Mse,
            Math.Sqrt(train.Mse),
            train.Mae,
            train.R2,
            validation?.Mse,
            validation is null ? null : Math.Sqrt(validation.Mse),
            validation?.Mae,
            validation?.R2);
    }

    private static Errors? Of(
        IFittedForecaster model,
        PreparedSeries series,
        RowSpan rows,
        Func<PreparedSeries, int, bool>? applies,
        CancellationToken cancellation)
    {
        var length = model.Signature.InputLength;
        var origins = new List<int>();
        for (var row = Math.Max(rows.Start, length); row < rows.End; row++)
        {
            if (series.Segments[row - length] == series.Segments[row] && applies?.Invoke(series, row - 1) != false)
                origins.Add(row - 1);
        }

        var targets = series.Targets.Select((name, m) => (Column: series.IndexOf(name), Position: m, Name: name))
            .Where(t => !series.FlatTargets.Contains(t.Name))
            .ToArray();
        var sums = targets.Select(_ => new Sums()).ToArray();
        foreach (var batch in origins.Chunk(Batch))
        {
            cancellation.ThrowIfCancellationRequested();
            var forecast = model.Forecast(SeriesWindows.Of(series, batch), 1);
            for (var n = 0; n < batch.Length; n++)
            {
                for (var j = 0; j < targets.Length; j++)
                {
                    if (series.Observed[targets[j].Column][batch[n] + 1])
                        sums[j].Add(series.Values[targets[j].Column][batch[n] + 1], forecast[n, 0, targets[j].Position]);
                }
            }
        }

        var cells = sums.Sum(s => s.Cells);
        if (cells == 0)
            return null;
        var scored = sums.Where(s => s.Cells > 0).ToArray();
        return new Errors(sums.Sum(s => s.Squares) / cells, sums.Sum(s => s.Absolutes) / cells, scored.Average(s => s.R2));
    }

    private sealed record Errors(double Mse, double Mae, double R2);

    private sealed class Sums
    {
        private double _mean, _spread;

        public int Cells { get; private set; }

        public double Squares { get; private set; }

        public double Absolutes { get; private set; }

        public double R2 => _spread > 0 ? 1 - (Squares / _spread) : Squares == 0 ? 1 : 0;

        public void Add(double truth, double forecast)
        {
            Cells++;
            Squares += (forecast - truth) * (forecast - truth);
            Absolutes += Math.Abs(forecast - truth);
            var before = truth - _mean;
            _mean += before / Cells;
            _spread += before * (truth - _mean);
        }
    }
}
