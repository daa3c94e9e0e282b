using System.Text.Json.Serialization;
using FLTS.Forecasting.Metrics;

namespace FLTS.Forecasting.Bands;

/// <summary>A model's numbers at one band of leads, on min-max scale, pooled over targets (FORECASTING.md 6).</summary>
/// <param name="From">First lead, in steps.</param>
/// <param name="To">Last lead.</param>
/// <param name="Rmse">Over cells.</param>
/// <param name="Mae">Over cells.</param>
/// <param name="Mse">Over cells.</param>
/// <param name="Score">Of the three.</param>
/// <param name="Skill">1 - rmse / rmse of NAIVE on the same cells; null where that has none.</param>
/// <param name="Coverage80">Share of the truth inside the model's intervals of 80 %, mean over targets; null where it has none.</param>
/// <param name="Coverage95">The same of 95 %.</param>
/// <param name="IntervalScore80">Mean over targets of width + 10 times the distance of what lies outside.</param>
/// <param name="Windows">Independent ones: scored rows by the last lead.</param>
/// <param name="Indicative">Shown, and not decided on: too few windows, or seasons of test.</param>
public sealed record BandScore(
    int From,
    int To,
    double? Rmse,
    double? Mae,
    double? Mse,
    double? Score,
    double? Skill,
    [property: JsonPropertyName("coverage_80")] double? Coverage80,
    [property: JsonPropertyName("coverage_95")] double? Coverage95,
    [property: JsonPropertyName("interval_score_80")] double? IntervalScore80,
    double Windows,
    bool Indicative)
{
    internal static BandScore Of(JudgedBand band, PooledErrors errors, PooledErrors? naive, ScoreWeights weights) => new(
        band.Band.From,
        band.Band.To,
        errors.Rmse,
        errors.Mae,
        errors.Mse,
        errors is { Mse: { } mse, Mae: { } mae } ? weights.Of(mse, mae) : null,
        naive?.Rmse is > 0 ? 1 - (errors.Rmse / naive.Value.Rmse) : null,
        errors.Coverage80,
        errors.Coverage95,
        errors.IntervalScore80,
        band.Windows,
        band.IsIndicative);
}
