using System.Globalization;
using System.Text.Json.Nodes;

namespace FLTS.Modules.Contracts;

/// <summary>What scoring takes: it holds forecasts of every scored origin, step and target, and computes those of every model.</summary>
internal static class EvaluationSize
{
    /// <summary>A model's forecasts on its scale and in original units, NAIVE's, and their errors.</summary>
    private const int Copies = 4;

    /// <param name="origins">Scored rows.</param>
    /// <param name="horizon">Steps from each.</param>
    /// <param name="size">Of the data.</param>
    /// <param name="models">Types and hyperparameters of those that are scored; one after the other.</param>
    public static FitEstimate Of(
        double origins, int horizon, FitSize size, IEnumerable<(string Type, JsonObject Hyperparameters)> models)
    {
        var forecasts = models
            .Select(m => ForecasterCatalog.Get(m.Type).EstimateForecast(m.Hyperparameters, size, origins, horizon))
            .ToList();
        return new FitEstimate(
            (origins * horizon * size.Targets * sizeof(double) * Copies) + forecasts.Max(f => f.Bytes),
            forecasts.Sum(f => f.Operations),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{origins:N0} scored rows x evaluation_horizon {horizon} x {size.Targets} targets, {Copies} copies, by "
                + $"{forecasts.Count} models; use a smaller evaluation_horizon or sample_test_rows"));
    }
}
