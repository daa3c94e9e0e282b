using System.Text.Json.Serialization;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Terms;

namespace FLTS.Forecasting.Prophet.Fit;

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

    /// <summary>
    /// Quantiles of the history's residuals on the scale of the priors, evenly spaced from the least to the greatest; null with
    /// <see cref="ObservationNoise.Normal"/>.
    /// </summary>
    public double[]? ResidualQuantiles { get; init; }

    /// <summary>[Q] Columns of the design matrix.</summary>
    [JsonIgnore]
    public IReadOnlyList<FeatureColumn> Columns => new FeaturePlan(Seasonalities, Regressors, Settings, []).Columns;

    /// <summary>[S] Scaled changepoints; Prophet's dummy at 0 where there is none.</summary>
    internal double[] Bends() => Changepoints.Count == 0 ? [0] : [.. Changepoints.Select(Scale.Time)];
}
