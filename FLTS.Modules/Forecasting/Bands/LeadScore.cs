using System.Text.Json.Serialization;

namespace FLTS.Forecasting.Bands;

/// <summary>A model's numbers at one lead; see <see cref="BandScore"/>.</summary>
public sealed record LeadScore(
    int Lead,
    int Cells,
    double? Rmse,
    double? Mae,
    double? Mse,
    [property: JsonPropertyName("coverage_80")] double? Coverage80,
    [property: JsonPropertyName("coverage_95")] double? Coverage95,
    [property: JsonPropertyName("interval_score_80")] double? IntervalScore80)
{
    /// <summary>Of an ENSEMBLE, what its members count there, by type; null of any other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Weights { get; init; }

    internal static LeadScore Of(int lead, PooledErrors errors) => new(
        lead,
        errors.Cells,
        errors.Rmse,
        errors.Mae,
        errors.Mse,
        errors.Coverage80,
        errors.Coverage95,
        errors.IntervalScore80);
}
