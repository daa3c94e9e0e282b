using FLTS.Forecasting.Metrics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

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

/// <summary>How candidates are compared and when one is promoted (FORECASTING.md 7).</summary>
public sealed record EvaluationPolicy
{
    private static readonly string[] _known =
    [
        "evaluation_horizon", "target_weights", "min_candidates", "min_improvement", "promotion_policy", "baseline_gate", "weights",
        "auto_retrain_invalid",
    ];

    /// <summary>H: steps forecast from every scored origin; 1 to 1000, default 1.</summary>
    public int EvaluationHorizon { get; init; } = 1;

    /// <summary>Weight of each target in what is pooled, above 0; null: equal.</summary>
    public IReadOnlyDictionary<string, double>? TargetWeights { get; init; }

    /// <summary>Succeeded candidates that are needed; 1 to 100, default 1.</summary>
    public int MinCandidates { get; init; } = 1;

    /// <summary>Share by which a challenger's score must be lower than the champion's; 0 to 1, default 0.005.</summary>
    public double MinImprovement { get; init; } = 0.005;

    /// <summary>Default gate.</summary>
    public PromotionRule PromotionPolicy { get; init; } = PromotionRule.Gate;

    /// <summary>Default warn.</summary>
    public BaselineGate BaselineGate { get; init; } = BaselineGate.Warn;

    /// <summary>A run whose stored artifact is corrupt is trained once more; default true.</summary>
    public bool AutoRetrainInvalid { get; init; } = true;

    /// <summary>Weights of rmse, mae and mse in the score, each at least 0 and not all 0.</summary>
    public ScoreWeights Weights { get; init; } = new();

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

    /// <summary>The whole policy, every option written out.</summary>
    public JsonObject ToJson() => new()
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

    private EvaluationPolicy With(JsonObject document)
    {
        var policy = this;
        foreach (var (name, value) in document)
        {
            if (value is null)
                continue;

            policy = name switch
            {
                "evaluation_horizon" => policy with { EvaluationHorizon = (int)Number(name, value, 1, 1000, whole: true) },
                "min_candidates" => policy with { MinCandidates = (int)Number(name, value, 1, 100, whole: true) },
                "min_improvement" => policy with { MinImprovement = Number(name, value, 0, 1) },
                "promotion_policy" => policy with { PromotionPolicy = Choice<PromotionRule>(name, value) },
                "baseline_gate" => policy with { BaselineGate = Choice<BaselineGate>(name, value) },
                "target_weights" => policy with { TargetWeights = Numbers(name, value) },
                "auto_retrain_invalid" => policy with { AutoRetrainInvalid = Flag(name, value) },
                "weights" => policy with { Weights = ReadWeights(value) },
                _ => throw new InvalidInputException($"Unknown evaluation option '{name}'; known are {string.Join(", ", _known)}."),
            };
        }

        return policy;
    }

    private static ScoreWeights ReadWeights(JsonNode value)
    {
        var given = Numbers("weights", value);
        if (given.Keys.FirstOrDefault(k => k is not ("rmse" or "mae" or "mse")) is { } stranger)
            throw new InvalidInputException($"'evaluation.weights.{stranger}' is unknown; weights are rmse, mae and mse.");

        var weights = new ScoreWeights(given.GetValueOrDefault("rmse"), given.GetValueOrDefault("mae"), given.GetValueOrDefault("mse"));
        return weights.Rmse + weights.Mae + weights.Mse > 0
            ? weights
            : throw new InvalidInputException("'evaluation.weights' must not all be 0.");
    }

    private static JsonObject WeightsJson(ScoreWeights weights) =>
        new() { ["rmse"] = weights.Rmse, ["mae"] = weights.Mae, ["mse"] = weights.Mse };

    private static Dictionary<string, double> Numbers(string name, JsonNode value) => value is JsonObject { Count: > 0 } members
        ? members.ToDictionary(m => m.Key, m => Number($"{name}.{m.Key}", m.Value, 0, 1e6), StringComparer.Ordinal)
        : throw new InvalidInputException($"'evaluation.{name}' must be a JSON object of numbers.");

    private static double Number(string name, JsonNode? value, double low, double high, bool whole = false)
    {
        var kind = whole ? "a whole number" : "a number";
        if (value?.GetValueKind() == JsonValueKind.Number
            && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= low && number <= high && (!whole || number == Math.Floor(number)))
        {
            return number;
        }

        throw new InvalidInputException(string.Create(
            CultureInfo.InvariantCulture,
            $"'evaluation.{name}' is {value?.ToJsonString() ?? "null"}; it must be {kind} from {low} to {high}."));
    }

    private static bool Flag(string name, JsonNode value) => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False
        ? value.GetValue<bool>()
        : throw new InvalidInputException($"'evaluation.{name}' is {value.ToJsonString()}; it must be true or false.");

    private static T Choice<T>(string name, JsonNode value)
        where T : struct, Enum
    {
        return value.GetValueKind() == JsonValueKind.String && SnakeCase.TryParse<T>(value.GetValue<string>()) is { } choice
            ? choice
            : throw new InvalidInputException(
                $"'evaluation.{name}' is {value.ToJsonString()}; it must be one of {string.Join(", ", SnakeCase.All<T>())}.");
    }
}
