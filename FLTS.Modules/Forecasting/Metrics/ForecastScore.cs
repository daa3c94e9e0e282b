namespace FLTS.Forecasting.Metrics;

/// <summary>A candidate's or reference's numbers over the scored set (FORECASTING.md 6).</summary>
public sealed record ForecastScore(
    int ScoredRows,
    double? Score,
    double? Rmse,
    double? Mae,
    double? Mse,
    double? R2,
    double? Skill,
    double? Mase,
    IReadOnlyDictionary<string, TargetScore> PerTarget,
    IReadOnlyList<StepScore> PerStep,
    IReadOnlyDictionary<string, string>? Undefined = null);
