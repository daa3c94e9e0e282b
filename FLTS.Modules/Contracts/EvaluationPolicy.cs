using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Metrics;

namespace FLTS.Modules.Contracts;

/// <summary>What the gate asks of a winner that does not beat every applicable reference.</summary>
public enum BaselineGate
{
    /// <summary>Nothing is said.</summary>
    Off,

    /// <summary>Promoted, and marked <c>below_baseline</c>.</summary>
    Warn,

    /// <summary>Not promoted.</summary>
    Block,
}

/// <summary>Who is promoted.</summary>
public enum PromotionRule
{
    /// <summary>The best candidate, if it beats the champion by <c>min_improvement</c>.</summary>
    Gate,

    /// <summary>The best candidate of this data, whatever the champion's score.</summary>
    BestOfConfig,
}

/// <summary>What orders candidates.</summary>
public enum DecisionRule
{
    /// <summary>The score over <c>evaluation_horizon</c>: what a policy means that was stored without saying.</summary>
    Horizon,

    /// <summary>The geometric mean of the scores over bands of leads, against NAIVE's.</summary>
    Bands,
}

/// <summary>How candidates are compared and when one is promoted (FORECASTING.md 7).</summary>
public sealed record EvaluationPolicy
{
    private const double LargestWeight = 1e6;

    private static readonly string[] _known =
    [
        "evaluation_horizon", "target_weights", "min_candidates", "min_improvement", "promotion_policy", "baseline_gate", "weights",
        "auto_retrain_invalid", "decision",
    ];

    /// <summary>H: steps forecast from every scored origin; 1 to 1000, default 1.</summary>
    public int EvaluationHorizon { get; init; } = 1;

    /// <summary>Weight of each target in what is pooled, above 0; null: equal.</summary>
    public IReadOnlyDictionary<string, double>? TargetWeights { get; init; }

    /// <summary>Succeeded candidates that are needed; 1 to 100, default 1.</summary>
    public int MinCandidates { get; init; } = 1;

    /// <summary>By how much the log of a challenger's decisive score must be below the champion's; 0 to 1, default 0.005.</summary>
    public double MinImprovement { get; init; } = 0.005;

    /// <summary>Default gate.</summary>
    public PromotionRule PromotionPolicy { get; init; } = PromotionRule.Gate;

    /// <summary>Default warn.</summary>
    public BaselineGate BaselineGate { get; init; } = BaselineGate.Warn;

    /// <summary>A run whose stored artifact is corrupt is trained once more; default true.</summary>
    public bool AutoRetrainInvalid { get; init; } = true;

    /// <summary>Weights of rmse, mae and mse in the score, each at least 0 and not all 0.</summary>
    public ScoreWeights Weights { get; init; } = new();

    /// <summary>Horizon, unless a document says otherwise: stored policies of before do not, and mean what they meant.</summary>
    public DecisionRule Decision { get; init; } = DecisionRule.Horizon;

    /// <summary>Defaults, then each document in turn (a later one wins).</summary>
    /// <exception cref="InvalidInputException">Unknown name, wrong type or out of range; names the option and what is allowed.</exception>
    public static EvaluationPolicy Parse(params ReadOnlySpan<JsonObject?> documents)
    {
        var policy = new EvaluationPolicy();
        foreach (var document in documents)
        {
            if (document is not null)
                policy = policy.With(document);
        }

        return policy;
    }

    /// <summary>The whole policy, every option written out but a decision by horizon: policies of before, and the ids of their pipelines,
    /// were written without one.</summary>
    public JsonObject ToJson()
    {
        var json = Options();
        if (Decision != DecisionRule.Horizon)
            json["decision"] = SnakeCase.Of(Decision);
        return json;
    }

    /// <summary>
    /// Whether a stored policy is this one. What it lacks, because it was stored before that option existed, is the default.
    /// </summary>
    /// <param name="stored">JSON as <see cref="ToJson"/> wrote it.</param>
    public bool Is(string stored)
    {
        var complete = new EvaluationPolicy().ToJson();
        foreach (var (name, value) in JsonNode.Parse(stored)!.AsObject())
            complete[name] = value?.DeepClone();

        return CanonicalJson.Serialize(complete) == CanonicalJson.Serialize(ToJson());
    }

    private EvaluationPolicy With(JsonObject document)
    {
        var read = StrictJson.Of(document, "option", "evaluation.").AllowOnly(_known);
        return this with
        {
            EvaluationHorizon = read.Integer("evaluation_horizon", 1, 1000) ?? EvaluationHorizon,
            TargetWeights = read.Numbers("target_weights", 0, LargestWeight) ?? TargetWeights,
            MinCandidates = read.Integer("min_candidates", 1, 100) ?? MinCandidates,
            MinImprovement = read.Number("min_improvement", 0, 1) ?? MinImprovement,
            PromotionPolicy = read.Word<PromotionRule>("promotion_policy") ?? PromotionPolicy,
            BaselineGate = read.Word<BaselineGate>("baseline_gate") ?? BaselineGate,
            Weights = ReadWeights(read) ?? Weights,
            AutoRetrainInvalid = read.Flag("auto_retrain_invalid") ?? AutoRetrainInvalid,
            Decision = read.Word<DecisionRule>("decision") ?? Decision,
        };
    }

    private JsonObject Options() => new()
    {
        ["evaluation_horizon"] = EvaluationHorizon,
        ["target_weights"] = TargetWeights is null
            ? null
            : new JsonObject(TargetWeights.Select(w => KeyValuePair.Create(w.Key, (JsonNode?)w.Value))),
        ["min_candidates"] = MinCandidates,
        ["min_improvement"] = MinImprovement,
        ["promotion_policy"] = SnakeCase.Of(PromotionPolicy),
        ["baseline_gate"] = SnakeCase.Of(BaselineGate),
        ["weights"] = WeightsJson(Weights),
        ["auto_retrain_invalid"] = AutoRetrainInvalid,
    };

    private static ScoreWeights? ReadWeights(StrictJson read)
    {
        if (read.Object("weights")?.AllowOnly("rmse", "mae", "mse") is not { } given)
            return null;

        var weights = new ScoreWeights(Weight("rmse"), Weight("mae"), Weight("mse"));
        return weights.Rmse + weights.Mae + weights.Mse > 0
            ? weights
            : throw read.Wrong("weights", "a JSON object of rmse, mae and mse that are not all 0");

        double Weight(string name) => given.Number(name, 0, LargestWeight) ?? 0;
    }

    private static JsonObject WeightsJson(ScoreWeights weights) =>
        new() { ["rmse"] = weights.Rmse, ["mae"] = weights.Mae, ["mse"] = weights.Mse };
}
