using FLTS.Forecasting.Metrics;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>
/// A line: <c>candidate</c>, <c>reference</c> or <c>champion</c>. Metrics are null where they are undefined or the line is not applicable.
/// </summary>
internal sealed record ScoreboardEntry(
    int? Rank,
    string Kind,
    string ModelType,
    RunId? RunId,
    double? Score,
    double? Rmse,
    double? Mae,
    double? Mse,
    double? R2,
    double? Skill,
    double? Mase,
    string? NotApplicable,
    string? Lead,
    bool? BelowBaseline,
    IReadOnlyDictionary<string, TargetScore>? PerTarget,
    IReadOnlyList<StepScore>? PerStep,
    IReadOnlyDictionary<string, string>? Undefined)
{
    /// <summary>The line of a model that was scored.</summary>
    public static ScoreboardEntry Of(string kind, string modelType, RunId? runId, ForecastScore score, bool leadFromEndOfTrain) => new(
        null, kind, modelType, runId, score.Score, score.Rmse, score.Mae, score.Mse, score.R2, score.Skill, score.Mase,
        null, leadFromEndOfTrain ? "from_end_of_train" : null, null, score.PerTarget, score.PerStep, score.Undefined);

    /// <summary>The line of a champion that cannot be compared on this data.</summary>
    public static ScoreboardEntry Incomparable(string modelType, RunId runId, string why) =>
        NotScored("champion", modelType, runId, $"champion_incomparable: {why}");

    /// <summary>The line of a model that could not be scored.</summary>
    public static ScoreboardEntry NotScored(string kind, string modelType, RunId? runId, string why) => new(
        null, kind, modelType, runId, null, null, null, null, null, null, null, why, null, null, null, null, null);
}
