using System.Text.Json.Serialization;

namespace FLTS.Forecasting.Prophet;

/// <summary>A fitted model: all that forecasts need. Immutable, safe for several threads.</summary>
public sealed record ProphetModel
{
    public required ProphetSettings Settings { get; init; }

    public required HistoryScale Scale { get; init; }

    /// <summary>Seasonalities with priors and modes resolved; yearly, weekly and daily only where in use.</summary>
    public required IReadOnlyList<Seasonality> Seasonalities { get; init; }

    public required IReadOnlyList<FittedRegressor> Regressors { get; init; }

    /// <summary>Ascending; empty where the trend has no bend.</summary>
    public required IReadOnlyList<DateTime> Changepoints { get; init; }

    /// <summary>Last time of the history.</summary>
    public required DateTime HistoryEnd { get; init; }

    public required Parameters Parameters { get; init; }

    public required FitReport Report { get; init; }

    /// <summary>Quantiles of the history's residuals on the scale of the priors, evenly spaced from the least to the greatest; null with <see cref="ObservationNoise.Normal"/>.</summary>
    public double[]? ResidualQuantiles { get; init; }

    /// <summary>[Q] Columns of the design matrix.</summary>
    [JsonIgnore]
    public IReadOnlyList<FeatureColumn> Columns => new FeaturePlan(Seasonalities, Regressors, Settings, []).Columns;

    /// <summary>[S] Scaled changepoints; Prophet's dummy at 0 where there is none.</summary>
    internal double[] Bends() => Changepoints.Count == 0 ? [0] : [.. Changepoints.Select(Scale.Time)];

    /// <summary>The curve at times that may lie anywhere.</summary>
    /// <param name="rows">N rows in any order, with cap, floor, regressors and conditions where the model has them.</param>
    /// <param name="futureHolidays">Occurrences of the model's own holidays that its settings do not list yet.</param>
    /// <exception cref="InvalidInputException">A column is missing, a holiday unknown, a value not finite.</exception>
    public ProphetForecast Predict(ProphetFrame rows, IReadOnlyList<Holiday>? futureHolidays = null) =>
        Prediction.Of(this, rows, futureHolidays ?? [], withUncertainty: Settings.UncertaintySamples > 0);

    /// <summary>[N] yhat alone, without components and intervals.</summary>
    /// <inheritdoc cref="Predict"/>
    public double[] PredictPoint(ProphetFrame rows, IReadOnlyList<Holiday>? futureHolidays = null) =>
        Prediction.Point(this, rows, futureHolidays ?? []);
}
