using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Bands;
using FLTS.Forecasting.Preparation;

namespace FLTS.Modules.Contracts;

/// <summary>What scoring takes: it holds forecasts of every scored origin, step and target, and computes those of every model.</summary>
internal static class EvaluationSize
{
    /// <summary>A model's forecasts on its scale and in original units, NAIVE's, and their errors.</summary>
    private const int Copies = 4;

    /// <summary>A value and whether it was observed.</summary>
    private const int BytesOfCell = sizeof(double) + sizeof(bool);

    /// <param name="origins">Scored rows.</param>
    /// <param name="horizon">Steps from each.</param>
    /// <param name="size">Of the data.</param>
    /// <param name="models">Types and hyperparameters of those that are scored; one after the other.</param>
    /// <param name="bands">What they are asked for beside; null: not known yet.</param>
    public static FitEstimate Of(
        double origins,
        int horizon,
        FitSize size,
        IReadOnlyList<(string Type, JsonObject Hyperparameters)> models,
        BandPlan? bands = null)
    {
        var forecasts = models.Select(m => Forecast(m, size, origins, horizon)).ToList();
        var sum = string.Create(
            CultureInfo.InvariantCulture,
            $"{origins:N0} scored rows x evaluation_horizon {horizon} x {size.Targets} targets, {Copies} copies, by "
            + $"{forecasts.Count} models");
        var (bytes, operations) = (
            (origins * horizon * size.Targets * sizeof(double) * Copies) + forecasts.Max(f => f.Bytes), forecasts.Sum(f => f.Operations));
        if (bands is not null)
            bytes += (origins + Math.Min(size.Rows, EvaluationFrame.ContextRows(bands.Season))) * size.Columns * BytesOfCell;
        foreach (var (asked, last) in bands?.Questions ?? [])
        {
            // Forecasts are made in batches, of which only sums are kept.
            var batch = models.Max(m => Forecast(m, size, Math.Min(asked, RollingBacktest.BatchOf(last, size.Targets)), last).Bytes);
            bytes = Math.Max(bytes, batch);
            operations += asked * OperationsOf(models, size, last);
            sum += string.Create(CultureInfo.InvariantCulture, $", and {asked:N0} x {last:N0} steps of theirs");
        }

        return new FitEstimate(bytes, operations, $"{sum}; use a smaller evaluation_horizon or sample_test_rows");
    }

    /// <summary>Of a forecast from one origin by all of some models.</summary>
    public static double OperationsOf(
        IEnumerable<(string Type, JsonObject Hyperparameters)> models, FitSize size, int steps) =>
        models.Sum(m => Forecast(m, size, 1, steps).Operations);

    private static FitEstimate Forecast((string Type, JsonObject Hyperparameters) model, FitSize size, double windows, int steps) =>
        ForecasterCatalog.Get(model.Type).EstimateForecast(model.Hyperparameters, size, windows, steps);
}
