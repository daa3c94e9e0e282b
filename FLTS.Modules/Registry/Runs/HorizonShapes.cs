using System.Text.Json.Serialization;

namespace FLTS.Modules.Registry.Runs;

/// <summary>Shape of the errors and intervals at a lead.</summary>
internal sealed record LeadShape
{
    /// <summary>In steps.</summary>
    public required int Lead { get; init; }

    public int? Cells { get; init; }

    public double? Rmse { get; init; }

    public double? Mae { get; init; }

    public double? Mse { get; init; }

    [JsonPropertyName("coverage_80")]
    public double? Coverage80 { get; init; }

    [JsonPropertyName("coverage_95")]
    public double? Coverage95 { get; init; }

    [JsonPropertyName("interval_score_80")]
    public double? IntervalScore80 { get; init; }

    /// <summary>Of an ENSEMBLE: its members' weights there.</summary>
    public IReadOnlyDictionary<string, double>? Weights { get; init; }
}

/// <summary>Shape of the errors and intervals over a band of leads.</summary>
internal sealed record BandShape
{
    public required int From { get; init; }

    public required int To { get; init; }

    public double? Rmse { get; init; }

    public double? Mae { get; init; }

    public double? Mse { get; init; }

    public double? Score { get; init; }

    public double? Skill { get; init; }

    [JsonPropertyName("coverage_80")]
    public double? Coverage80 { get; init; }

    [JsonPropertyName("coverage_95")]
    public double? Coverage95 { get; init; }

    [JsonPropertyName("interval_score_80")]
    public double? IntervalScore80 { get; init; }

    /// <summary>Spans as long as the band that do not overlap.</summary>
    public double? Windows { get; init; }

    /// <summary>There are too few of them to decide by.</summary>
    public bool? Indicative { get; init; }
}
