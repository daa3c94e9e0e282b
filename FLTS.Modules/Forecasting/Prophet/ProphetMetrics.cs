using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Prophet;

/// <summary>
/// Train and validation metrics of a fit (FORECASTING.md 6), on the series' scale, over observed cells of targets that are not flat.
/// </summary>
internal static class ProphetMetrics
{
    /// <param name="series">The whole train part.</param>
    /// <param name="forecasts">[M][T] yhat of every target at every row.</param>
    /// <param name="validationStart">First row that validates.</param>
    public static EpochMetrics Of(PreparedSeries series, double[][] forecasts, int validationStart)
    {
        var train = Part(series, forecasts, 0, validationStart);
        var validation = validationStart < series.Rows ? Part(series, forecasts, validationStart, series.Rows) : null;
        return new EpochMetrics(
            1,
            train?.Mse ?? 0,
            Math.Sqrt(train?.Mse ?? 0),
            train?.Mae ?? 0,
            train?.R2 ?? 1,
            validation?.Mse,
            validation is null ? null : Math.Sqrt(validation.Mse),
            validation?.Mae,
            validation?.R2);
    }

    private static Scores? Part(PreparedSeries series, double[][] forecasts, int from, int to)
    {
        var (squares, absolutes, cells) = (0.0, 0.0, 0);
        var r2 = new List<double>();
        for (var j = 0; j < forecasts.Length; j++)
        {
            if (series.FlatTargets.Contains(series.Targets[j]))
                continue;
            var column = series.IndexOf(series.Targets[j]);
            var (values, observed) = (series.Values[column], series.Observed[column]);
            var (sse, sum, n) = (0.0, 0.0, 0);
            for (var i = from; i < to; i++)
            {
                if (!observed[i])
                    continue;
                var error = values[i] - forecasts[j][i];
                sse += error * error;
                absolutes += Math.Abs(error);
                sum += values[i];
                n++;
            }

            if (n == 0)
                continue;
            var mean = sum / n;
            var spread = 0.0;
            for (var i = from; i < to; i++)
                spread += observed[i] ? (values[i] - mean) * (values[i] - mean) : 0;
            r2.Add(spread > 0 ? 1 - (sse / spread) : sse == 0 ? 1 : 0);
            squares += sse;
            cells += n;
        }

        return cells == 0 ? null : new Scores(squares / cells, absolutes / cells, r2.Average());
    }

    private sealed record Scores(double Mse, double Mae, double R2);
}
