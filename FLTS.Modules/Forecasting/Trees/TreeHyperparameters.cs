using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Trees;

/// <summary>Hyperparameters of LIGHTGBM; in JSON by their snake_case names, which are LightGBM's own where it has them.</summary>
/// <param name="InputLen">Rows seen, 1 to 1000.</param>
/// <param name="Horizon">Steps forecast before forecasts are fed back, 1 to 100; nothing is fed back where leads are direct.</param>
/// <param name="NumIterations">Most trees an ensemble, 1 to 5000; the validation part chooses how many are kept.</param>
/// <param name="LearningRate">Shrinkage of every tree, 1e-3 to 1.</param>
/// <param name="NumLeaves">Most leaves a tree, 2 to 1024.</param>
/// <param name="MinDataInLeaf">Fewest rows a leaf, 1 to 100000.</param>
/// <param name="FeatureFraction">Share of the features drawn for each tree, 0.05 to 1.</param>
/// <param name="BaggingFraction">Share of the rows drawn for each tree, 0.05 to 1.</param>
/// <param name="LambdaL2">Ridge penalty on leaf values, in rows, 0 to 1e6.</param>
/// <param name="MaxBin">Bins a feature is cut into, 8 to 1023.</param>
/// <param name="EarlyStoppingRounds">Trees without a better validation error before growing stops, 1 to 1000; a third of them at direct
/// leads that start from the base.</param>
/// <param name="Seed">0 to 2147483647.</param>
/// <param name="TargetMode">Whether trees give the target itself or its change from the last known row; where leads are direct, they give
/// the difference to the base.</param>
/// <param name="RefitOnAll">Whether as many trees as were best are grown again on train and validation.</param>
/// <param name="LeadMode">How leads are answered; a document that does not say is from before there was a choice.</param>
public sealed record TreeHyperparameters(
    int InputLen,
    int Horizon,
    int NumIterations,
    double LearningRate,
    int NumLeaves,
    int MinDataInLeaf,
    double FeatureFraction,
    double BaggingFraction,
    double LambdaL2,
    int MaxBin,
    int EarlyStoppingRounds,
    int Seed,
    TreeTarget TargetMode,
    bool RefitOnAll,
    LeadMode LeadMode)
{
    /// <summary>The model type they belong to.</summary>
    public const string ModelType = "LIGHTGBM";

    private const string LeadModeName = "lead_mode";

    private static readonly string[] _names =
    [
        "input_len", "horizon", "num_iterations", "learning_rate", "num_leaves", "min_data_in_leaf", "feature_fraction",
        "bagging_fraction", "lambda_l2",
        "max_bin", "early_stopping_rounds", "seed", "target_mode", "refit_on_all", LeadModeName,
    ];

    /// <summary>Reads a document strictly.</summary>
    /// <param name="json">Null: all defaults.</param>
    /// <param name="unsaid">How leads are answered where the document does not say.</param>
    /// <exception cref="InvalidInputException">Unknown name, wrong type or out of range.</exception>
    public static TreeHyperparameters Parse(JsonObject? json, LeadMode unsaid = LeadMode.Recursive)
    {
        var options = StrictJson.Of(json, "hyperparameter", ModelType + ".").AllowOnly(_names);
        var mode = options.Choice<LeadMode>(LeadModeName) ?? unsaid;
        var direct = mode == LeadMode.Direct; // Eleven leads and what the base leaves over: fewer, larger steps do.
        return new TreeHyperparameters(
            options.Integer("input_len", 1, 1000) ?? 10,
            options.Integer("horizon", 1, 100) ?? 30,
            options.Integer("num_iterations", 1, 5000) ?? 500,
            options.Number("learning_rate", 1e-3, 1) ?? (direct ? 0.06 : 0.03),
            options.Integer("num_leaves", 2, 1024) ?? 15,
            options.Integer("min_data_in_leaf", 1, 100_000) ?? 50,
            options.Number("feature_fraction", 0.05, 1) ?? (direct ? 0.15 : 0.3),
            options.Number("bagging_fraction", 0.05, 1) ?? 0.7,
            options.Number("lambda_l2", 0, 1e6) ?? 10,
            options.Integer("max_bin", 8, 1023) ?? 63,
            options.Integer("early_stopping_rounds", 1, 1000) ?? (direct ? 15 : 30),
            options.Integer("seed", 0, int.MaxValue) ?? 0,
            options.Choice<TreeTarget>("target_mode") ?? TreeTarget.Residual,
            options.Flag("refit_on_all") ?? true,
            mode);
    }

    /// <summary>All hyperparameters, none left to a default.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["input_len"] = InputLen,
            ["horizon"] = Horizon,
            ["num_iterations"] = NumIterations,
            ["learning_rate"] = LearningRate,
            ["num_leaves"] = NumLeaves,
            ["min_data_in_leaf"] = MinDataInLeaf,
            ["feature_fraction"] = FeatureFraction,
            ["bagging_fraction"] = BaggingFraction,
            ["lambda_l2"] = LambdaL2,
            ["max_bin"] = MaxBin,
            ["early_stopping_rounds"] = EarlyStoppingRounds,
            ["seed"] = Seed,
            ["target_mode"] = JsonFormat.NameOf(TargetMode),
            ["refit_on_all"] = RefitOnAll,
        };
        if (LeadMode != LeadMode.Recursive)
            json[LeadModeName] = JsonFormat.NameOf(LeadMode); // Documents of before do not say, and mean recursive.
        return json;
    }
}
