using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Intervals;

/// <summary>
/// What a model got wrong on the validation part, for intervals (FORECASTING.md 8): truth minus forecast in original units, from recursive
/// rollouts of at most <see cref="MostSteps"/> steps. N origins, H steps, M targets.
/// </summary>
/// <param name="Origins">[N] Times of the last known rows, ascending.</param>
/// <param name="Steps">H.</param>
/// <param name="Targets">M targets, those flat in train left out.</param>
/// <param name="Values">[M][N * H] Steps of an origin in a row; NaN where nothing was observed, or the step lies beyond
/// train or another segment.</param>
public sealed record ValidationResiduals(IReadOnlyList<DateTime> Origins, int Steps, IReadOnlyList<string> Targets, double[][] Values)
{
    /// <summary>Longest rollout.</summary>
    public const int MostSteps = 30;

    /// <summary>
    /// Most origins, evenly spread over the validation part: bounds time (a rollout each) and the file (8 bytes a target and
    /// step), and is plenty for a quantile.
    /// </summary>
    public const int MostOrigins = 500;

    /// <summary>Origins computed in one call: how long a cancellation waits.</summary>
    private const int Batch = 64;

    /// <summary>Rolls a model out over the validation part.</summary>
    /// <param name="model">Must not have been fitted on the validation part.</param>
    /// <param name="data">Whose train part is forecast.</param>
    /// <param name="cancellation">Looked at between batches of origins.</param>
    /// <returns>Without origins where there is no validation part, or no row of it can be forecast.</returns>
    public static ValidationResiduals Of(IFittedForecaster model, PreparedDataset data, CancellationToken cancellation)
    {
        var (series, signature) = (data.Train, model.Signature);
        var steps = ComingInputs.AreKnown(signature) ? MostSteps : Math.Min(MostSteps, signature.Horizon);
        var targets = signature.Targets.Select((name, m) => new Target(name, m, series.IndexOf(name), data.Meta.Scaler[name]))
            .Where(t => !t.Scale.Flat)
            .ToArray();
        var rolled = new List<(int Origin, double[][] Residuals)>();
        foreach (var batch in Spread(Eligible(series, data.Meta.ValidationStart, signature.InputLength)).Chunk(Batch))
        {
            cancellation.ThrowIfCancellationRequested();
            rolled.AddRange(Roll(model, data, batch, steps, targets));
        }

        return new ValidationResiduals(
            [.. rolled.Select(r => series.Timestamps[r.Origin])],
            steps,
            [.. targets.Select(t => t.Name)],
            [.. targets.Select((_, j) => rolled.SelectMany(r => r.Residuals[j]).ToArray())]);
    }

    /// <summary>Last known rows whose window and next row lie in one segment, the next row in the validation part.</summary>
    private static List<int> Eligible(PreparedSeries series, int start, int inputLength)
    {
        var origins = new List<int>();
        for (var next = Math.Max(start, inputLength); next < series.Rows; next++)
        {
            if (series.Segments[next - inputLength] == series.Segments[next])
                origins.Add(next - 1);
        }

        return origins;
    }

    private static IEnumerable<int> Spread(List<int> origins) => origins.Count <= MostOrigins
        ? origins
        : Enumerable.Range(0, MostOrigins).Select(i => origins[(int)((long)i * (origins.Count - 1) / (MostOrigins - 1))]);

    private static IEnumerable<(int Origin, double[][] Residuals)> Roll(
        IFittedForecaster model, PreparedDataset data, int[] origins, int steps, Target[] targets)
    {
        double[,,] forecast;
        try
        {
            forecast = data.Restorer.Restore(
                model.Forecast(SeriesWindows.Of(data.Train, origins), steps), data.Unclipped.Train, origins);
        }
        catch (FltsException) when (origins.Length > 1)
        {
            // One of them has no forecast (no day before it, a lag behind a gap): which one is found by asking for each.
            return origins.SelectMany(origin => Roll(model, data, [origin], steps, targets));
        }
        catch (FltsException)
        {
            return [];
        }

        return origins.Select((origin, n) => (origin, targets.Select(t => Residuals(data.Train, t, origin, n, forecast)).ToArray()));
    }

    /// <summary>[H]</summary>
    private static double[] Residuals(PreparedSeries series, Target target, int origin, int n, double[,,] forecast)
    {
        var residuals = new double[forecast.GetLength(1)];
        Array.Fill(residuals, double.NaN);
        for (var (h, row) = (0, origin + 1); h < residuals.Length
            && row < series.Rows
            && series.Segments[row] == series.Segments[origin]; h++, row++)
        {
            if (series.Observed[target.Column][row] && double.IsFinite(forecast[n, h, target.Position]))
                residuals[h] = target.Scale.Inverse(series.Values[target.Column][row]) - forecast[n, h, target.Position];
        }

        return residuals;
    }

    private sealed record Target(string Name, int Position, int Column, ColumnScale Scale);
}
