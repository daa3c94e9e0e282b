using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;

namespace FLTS.Forecasting.Trees;

/// <summary>Hyperparameters of LIGHTGBM; in JSON by their snake_case names, which are LightGBM's own where it has them.</summary>
/// <param name="InputLen">Rows seen, 1 to 1000.</param>
/// <param name="Horizon">Steps forecast before forecasts are fed back, 1 to 100.</param>
/// <param name="NumIterations">Most trees a target, 1 to 5000; the validation part chooses how many are kept.</param>
/// <param name="LearningRate">Shrinkage of every tree, 1e-3 to 1.</param>
/// <param name="NumLeaves">Most leaves a tree, 2 to 1024.</param>
/// <param name="MinDataInLeaf">Fewest rows a leaf, 1 to 100000.</param>
/// <param name="FeatureFraction">Share of the features drawn for each tree, 0.05 to 1.</param>
/// <param name="BaggingFraction">Share of the rows drawn for each tree, 0.05 to 1.</param>
/// <param name="LambdaL2">Ridge penalty on leaf values, in rows, 0 to 1e6.</param>
/// <param name="MaxBin">Bins a feature is cut into, 8 to 1023.</param>
/// <param name="EarlyStoppingRounds">Trees without a better validation error before growing stops, 1 to 1000.</param>
/// <param name="Seed">0 to 2147483647.</param>
/// <param name="TargetMode">Whether trees give the target itself or its change from the last known row.</param>
/// <param name="RefitOnAll">Whether as many trees as were best are grown again on train and validation.</param>
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
    bool RefitOnAll)
{
    /// <summary>The model type they belong to.</summary>
    public const string ModelType = "LIGHTGBM";

    private static readonly string[] _names =
    [
        "input_len", "horizon", "num_iterations", "learning_rate", "num_leaves", "min_data_in_leaf", "feature_fraction",
        "bagging_fraction", "lambda_l2",
        "max_bin", "early_stopping_rounds", "seed", "target_mode", "refit_on_all",
    ];

    /// <summary>Reads a document strictly.</summary>
    /// <param name="json">Null: all defaults.</param>
    /// <exception cref="InvalidInputException">Unknown name, wrong type or out of range.</exception>
    public static TreeHyperparameters Parse(JsonObject? json)
    {
        var options = StrictJson.Of(json, "hyperparameter", ModelType + ".").AllowOnly(_names);
        return new TreeHyperparameters(
            options.Integer("input_len", 1, 1000) ?? 10,
            options.Integer("horizon", 1, 100) ?? 30,
            options.Integer("num_iterations", 1, 5000) ?? 500,
            options.Number("learning_rate", 1e-3, 1) ?? 0.03,
            options.Integer("num_leaves", 2, 1024) ?? 15,
            options.Integer("min_data_in_leaf", 1, 100_000) ?? 50,
            options.Number("feature_fraction", 0.05, 1) ?? 0.3,
            options.Number("bagging_fraction", 0.05, 1) ?? 0.7,
            options.Number("lambda_l2", 0, 1e6) ?? 10,
            options.Integer("max_bin", 8, 1023) ?? 63,
            options.Integer("early_stopping_rounds", 1, 1000) ?? 30,
            options.Integer("seed", 0, int.MaxValue) ?? 0,
            options.Choice<TreeTarget>("target_mode") ?? TreeTarget.Residual,
            options.Flag("refit_on_all") ?? true);
    }

    /// <summary>All hyperparameters, none left to a default.</summary>
    public JsonObject ToJson() => new()
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
}
