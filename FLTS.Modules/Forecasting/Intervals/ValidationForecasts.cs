using FLTS.Forecasting.Preparation;

namespace FLTS.Forecasting.Intervals;

/// <summary>
/// What a model forecast on the validation part, which it had not seen, at the knots of the leads, beside what came true (FORECASTING.md 5,
/// 8); original units. N origins, K leads, M targets; N and K are the same for all models of the same data.
/// </summary>
/// <param name="Origins">[N] Times of the last known rows, ascending.</param>
/// <param name="Leads">[K] In steps, ascending from 1.</param>
/// <param name="Targets">M targets, those flat in train left out.</param>
/// <param name="Forecast">[M][N * K] Leads of an origin in a row; NaN where the model has no answer.</param>
/// <param name="Truth">[M][N * K] NaN where nothing was observed, or the lead ends beyond train or in another segment.</param>
public sealed record ValidationForecasts(
    IReadOnlyList<DateTime> Origins, IReadOnlyList<int> Leads, IReadOnlyList<string> Targets, double[][] Forecast, double[][] Truth)
{
    /// <summary>Most origins: bounds time (a forecast each) and the file, and is plenty for a quantile.</summary>
    public const int MostOrigins = 500;

    /// <summary>Origins computed in one call: how long a cancellation waits.</summary>
    private const int Batch = 64;

    /// <summary>Asks a model.</summary>
    /// <param name="model">Must not have been fitted on the validation part.</param>
    /// <param name="data">Whose train part is forecast.</param>
    /// <param name="cancellation">Looked at between batches of origins.</param>
    /// <returns>Without origins where there is no validation part.</returns>
    public static ValidationForecasts Of(IFittedForecaster model, PreparedDataset data, CancellationToken cancellation) =>
        Of(model, data, ValidationOrigins.Of(data, MostOrigins), ValidationOrigins.Leads(data), cancellation);

    /// <summary>As above one step ahead, from every origin of the newest rows.</summary>
    /// <param name="model">As above.</param>
    /// <param name="data">As above.</param>
    /// <param name="most">Of the origins.</param>
    /// <param name="cancellation">As above.</param>
    public static ValidationForecasts OfSteps(
        IFittedForecaster model, PreparedDataset data, int most, CancellationToken cancellation) =>
        Of(model, data, [.. ValidationOrigins.Of(data, int.MaxValue).TakeLast(most)], [1], cancellation);

    private static ValidationForecasts Of(
        IFittedForecaster model, PreparedDataset data, int[] origins, int[] leads, CancellationToken cancellation)
    {
        var targets = model.Signature.Targets.Select((name, m) => (Name: name, Position: m))
            .Where(t => !data.Meta.Scaler[t.Name].Flat)
            .ToArray();
        var forecast = targets.Select(_ => new double[origins.Length * leads.Length]).ToArray();
        Array.ForEach(forecast, f => Array.Fill(f, double.NaN));
        foreach (var batch in Enumerable.Range(0, origins.Length).Where(n => CanAnswer(model, data, origins[n])).Chunk(Batch))
        {
            cancellation.ThrowIfCancellationRequested();
            Ask(batch);
        }

        return new ValidationForecasts(
            [.. origins.Select(o => data.Train.Timestamps[o])],
            leads,
            [.. targets.Select(t => t.Name)],
            forecast,
            [.. targets.Select(t => TruthOf(data, t.Name, origins, leads))]);

        void Ask(int[] places)
        {
            int[] reached = [.. leads.Where(lead => lead <= ComingInputs.ReachOf(model))], rows = [.. places.Select(n => origins[n])];
            double[,,] answer;
            try
            {
                answer = data.Restorer.Restore(
                    model.ForecastAt(SeriesWindows.Of(data.Train, rows), reached), data.Unclipped.Train, rows, reached);
            }
            catch (FltsException) when (places.Length > 1)
            {
                // One of them has no forecast (no day before it, a lag behind a gap): which one is found by asking for each.
                Array.ForEach(places, n => Ask([n]));
                return;
            }
            catch (FltsException)
            {
                return;
            }

            for (var i = 0; i < places.Length; i++)
            {
                for (var k = 0; k < reached.Length; k++)
                {
                    for (var m = 0; m < targets.Length; m++)
                        forecast[m][(places[i] * leads.Length) + k] = Finite(answer[i, k, targets[m].Position]);
                }
            }
        }
    }

    private static bool CanAnswer(IFittedForecaster model, PreparedDataset data, int origin) =>
        new Window(data.Train, origin).HasRows(Math.Max(1, model.Signature.InputLength));

    private static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;

    /// <summary>[N * K] Never clipped.</summary>
    private static double[] TruthOf(PreparedDataset data, string target, int[] origins, int[] leads)
    {
        var (series, scale) = (data.Unclipped.Train, data.Meta.Scaler[target]);
        var column = series.IndexOf(target);
        return [.. origins.SelectMany(origin => leads.Select(lead => origin + lead is var row
            && row < series.Rows
            && series.Segments[row] == series.Segments[origin]
            && series.Observed[column][row]
                ? scale.Inverse(series.Values[column][row])
                : double.NaN))];
    }
}
