using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet;

/// <summary>
/// <c>PROPHET</c>: one Prophet model a target. Hyperparameters are Prophet's in snake_case (growth, changepoints, n_changepoints,
/// changepoint_range, changepoint_prior_scale, yearly/weekly/daily_seasonality: auto, a flag or an order; seasonalities, seasonality_mode,
/// seasonality_prior_scale, holidays, holidays_mode, holidays_prior_scale, regressors, scaling, interval_width, uncertainty_samples, seed),
/// refit_on_all, and for logistic growth cap and floor in the target's units: constants (a floor that is not given is 0), or names of
/// columns. A stored document without limit_units is of before: its constants are on the series' scale.
/// Regressors, the conditions of seasonalities and such columns are inputs of the dataset that are no targets; they are known ahead.
/// </summary>
public sealed class ProphetFamily : IForecasterFamily
{
    public string ModelType => "PROPHET";

    public JsonObject Normalise(JsonObject? hyperparameters) => ProphetHyperparameters.Normalise(hyperparameters);

    public FitEstimate Estimate(JsonObject hyperparameters, FitSize size)
    {
        var (columns, told) = Columns(hyperparameters);
        return new FitEstimate(
            sizeof(double) * ((size.Rows * columns) + (3 * columns * columns)),
            size.Targets * ((size.Rows * columns * columns) + (columns * columns * columns / 3)),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{columns:N0} columns ({told}) over at least {size.Rows:N0} rows, and their square"));
    }

    public FitEstimate EstimateForecast(JsonObject hyperparameters, FitSize size, double windows, int steps)
    {
        var (columns, _) = Columns(hyperparameters);
        return FitEstimate.OfForecast(windows, steps, size, columns * size.Targets, sizeof(double) * columns * steps);
    }

    /// <summary>Of the design matrix, and what they come from.</summary>
    private (double Columns, string Told) Columns(JsonObject hyperparameters)
    {
        // Seasons that are switched on by the data (auto) have their default order at most, which weighs nothing.
        var settings = ProphetHyperparameters.Of(Normalise(hyperparameters)).Settings;
        var fourier = 2.0 * (settings.Seasonalities.Sum(s => (double)s.FourierOrder) + (settings.YearlySeasonality ?? 0)
            + (settings.WeeklySeasonality ?? 0) + (settings.DailySeasonality ?? 0));
        var holidays = settings.Holidays.GroupBy(h => h.Name, StringComparer.Ordinal)
            .Sum(h => (double)h.Max(o => o.UpperWindow) - h.Min(o => o.LowerWindow) + 1);
        var trend = settings.Changepoints?.Count ?? settings.NChangepoints;
        return (2 + trend + fourier + holidays + settings.Regressors.Count, string.Create(
            CultureInfo.InvariantCulture,
            $"trend {trend}, seasonalities {fourier:N0}, days of holidays {holidays:N0}, regressors {settings.Regressors.Count}"));
    }

    public IForecaster Create(JsonObject hyperparameters) => new ProphetForecaster(ProphetHyperparameters.Of(Normalise(hyperparameters)));

    public IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, IReadOnlyDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue(ProphetJson.FileName, out var bytes))
            throw new CorruptArtifactException(
                $"A PROPHET model needs the file {ProphetJson.FileName}; there are {string.Join(", ", files.Keys)}.");
        var models = ProphetJson.Read(bytes);
        if (signature.Targets.FirstOrDefault(t => !models.ContainsKey(t)) is { } missing)
            throw new CorruptArtifactException(
                $"{ProphetJson.FileName} has no model for the target '{missing}'; it has {string.Join(", ", models.Keys)}.");
        var parameters = ProphetHyperparameters.Of(Normalise(hyperparameters));
        if (models.Values.Any(m => m.Settings.Growth == Growth.Logistic) && parameters.Cap is null && parameters.CapColumn is null)
            throw new CorruptArtifactException($"{ProphetJson.FileName} has a logistic trend, but the hyperparameters have no cap.");
        return new FittedProphetForecaster(
            signature,
            [.. signature.Targets.Select(t => models[t])],
            SeriesColumns.Load(parameters, signature.Targets, files));
    }
}
