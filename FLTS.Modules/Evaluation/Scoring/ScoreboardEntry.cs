using System.Text.Json.Serialization;
using FLTS.Forecasting.Bands;
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
    /// <summary>What orders the lines: over the decided bands, or the score; null where it was not scored.</summary>
    public double? DecisionScore { get; init; }

    /// <summary>By lead; null where it was not scored.</summary>
    public IReadOnlyList<BandScore>? Bands { get; init; }

    /// <summary>Bands that could not be judged, with the reason; null: all could.</summary>
    public IReadOnlyDictionary<string, string>? NotJudged { get; init; }

    /// <summary>Errors and coverage at the knots; null where it was not scored.</summary>
    public IReadOnlyList<LeadScore>? Leads { get; init; }

    /// <summary>What the score is made of; not kept.</summary>
    [JsonIgnore]
    public OriginErrors? ByOrigin { get; init; }

    /// <summary>What the bands are made of; not kept.</summary>
    [JsonIgnore]
    public ModelErrors? ByLead { get; init; }

    /// <summary>The line of a model that was scored.</summary>
    public static ScoreboardEntry Of(string kind, string modelType, RunId? runId, ForecastScore score, bool leadFromEndOfTrain) => new(
        null, kind, modelType, runId, score.Score, score.Rmse, score.Mae, score.Mse, score.R2, score.Skill, score.Mase,
        null, leadFromEndOfTrain ? "from_end_of_train" : null, null, score.PerTarget, score.PerStep, score.Undefined);

    /// <summary>With its errors by lead.</summary>
    /// <param name="byLead">Its own.</param>
    /// <param name="naive">NAIVE's; null where it has none.</param>
    /// <param name="weights">Of the scores.</param>
    public ScoreboardEntry Judged(ModelErrors byLead, ModelErrors? naive, ScoreWeights weights) => this with
    {
        Bands = byLead.Scores(naive, weights),
        NotJudged = byLead.NotJudged,
        Leads = byLead.Leads(),
        ByLead = byLead,
    };

    /// <summary>The line of a champion that cannot be compared on this data.</summary>
    public static ScoreboardEntry Incomparable(string modelType, RunId runId, string why) =>
        NotScored("champion", modelType, runId, $"champion_incomparable: {why}");

    /// <summary>The line of a model that could not be scored.</summary>
    public static ScoreboardEntry NotScored(string kind, string modelType, RunId? runId, string why) => new(
        null, kind, modelType, runId, null, null, null, null, null, null, null, why, null, null, null, null, null);
}
