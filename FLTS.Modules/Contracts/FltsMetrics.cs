using System.Diagnostics.Metrics;

namespace FLTS.Modules.Contracts;

/// <summary>Instruments whose names others rely on (API.md, Metrics). Tags are named as there.</summary>
public static class FltsMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "FLTS";

    private static readonly Meter _meter = new(MeterName);

    public static Histogram<double> StageDuration { get; } = _meter.CreateHistogram<double>("flts_pipeline_stage_duration_seconds");

    public static Counter<long> Runs { get; } = _meter.CreateCounter<long>("flts_runs_total");

    public static Histogram<double> TrainingDuration { get; } = _meter.CreateHistogram<double>("flts_training_duration_seconds");

    public static Gauge<double> EpochLoss { get; } = _meter.CreateGauge<double>("flts_training_epoch_loss");

    public static Counter<long> ZeroVarianceFeatures { get; } = _meter.CreateCounter<long>("flts_zero_variance_features_total");

    public static Counter<long> PromotionAttempts { get; } = _meter.CreateCounter<long>("flts_promotion_attempts_total");

    public static Histogram<double> PromotionDuration { get; } = _meter.CreateHistogram<double>("flts_promotion_duration_seconds");

    public static Gauge<double> PromotionScore { get; } = _meter.CreateGauge<double>("flts_promotion_score");

    public static Gauge<int> ChampionInfo { get; } = _meter.CreateGauge<int>("flts_champion_info");

    public static Counter<long> ArtifactCacheRequests { get; } = _meter.CreateCounter<long>("flts_artifact_cache_requests_total");
}
