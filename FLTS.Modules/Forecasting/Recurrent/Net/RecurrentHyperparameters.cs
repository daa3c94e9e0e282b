using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Recurrent.Net;

/// <summary>
/// Hyperparameters of LSTM and GRU; in JSON by their snake_case names. The defaults were chosen on validation alone (docs/accuracy.md).
/// </summary>
/// <param name="InputLen">Rows seen, 1 to 1000; default 10.</param>
/// <param name="Horizon">Rows forecast at once, 1 to 100; default 1.</param>
/// <param name="HiddenSize">Units a layer, 1 to 1024; default 32.</param>
/// <param name="NumLayers">1 to 8; default 1.</param>
/// <param name="Members">Nets that are trained side by side on the same batches, each from initial weights of its own, and answer with
/// their mean; 1 to 16; default 4.</param>
/// <param name="Dropout">Share of units dropped between layers in training, 0 to 0.9; default 0.</param>
/// <param name="BatchSize">Windows a step, 1 to 4096; default 256.</param>
/// <param name="Epochs">1 to 1000; default 20.</param>
/// <param name="LearningRate">Adam's, at its start, 1e-7 to 1; default 6e-3.</param>
/// <param name="Schedule">Of the learning rate; default cosine.</param>
/// <param name="WeightDecay">L2 penalty as in PyTorch's Adam, 0 to 1; default 0.</param>
/// <param name="GradientClip">Largest norm of the gradient, 0 (off) to 1e6; default 1.</param>
/// <param name="Loss">What is minimised; default huber.</param>
/// <param name="HuberDelta">Standardised error from which Huber's loss grows linearly, 0.01 to 100; default 2.</param>
/// <param name="Patience">Epochs without a better validation loss before training stops, 1 to 1000; default: epochs, that is never.</param>
/// <param name="Seed">0 to 2147483647; default 0.</param>
/// <param name="Standardise">Whether inputs and targets are brought to mean 0 and deviation 1 inside the model (calendar inputs stay as
/// they are); default true.</param>
/// <param name="TargetMode">What the output means; default residual.</param>
/// <param name="RefitOnAll">Whether the net is trained again on train and validation, for as many epochs as
/// were best; default false.</param>
/// <param name="Log1p">Whether columns that are never negative in train, as inputs and as targets, are log(1 + value in original units)
/// inside the model; default false.</param>
/// <param name="LeadMode">Whether every lead is answered from the origin, or the horizon's forecast is fed back; new models are direct
/// unless a horizon or a target mode is asked for that only recursion has.</param>
public sealed record RecurrentHyperparameters(
    int InputLen,
    int Horizon,
    int HiddenSize,
    int NumLayers,
    int Members,
    double Dropout,
    int BatchSize,
    int Epochs,
    double LearningRate,
    LearningRateSchedule Schedule,
    double WeightDecay,
    double GradientClip,
    LossKind Loss,
    double HuberDelta,
    int Patience,
    int Seed,
    bool Standardise,
    TargetMode TargetMode,
    bool RefitOnAll,
    bool Log1p,
    LeadMode LeadMode = LeadMode.Recursive)
{
    private static readonly string[] _names =
    [
        "input_len", "horizon", "hidden_size", "num_layers", "members", "dropout", "batch_size", "epochs", "learning_rate", "schedule",
        "weight_decay", "gradient_clip", "loss", "huber_delta", "patience", "seed", "standardise", "target_mode", "refit_on_all", "log1p",
        "lead_mode",
    ];

    /// <summary>The net's sizes over so many columns and targets.</summary>
    internal NetShape Shape(RecurrentCell cell, int inputs, int targets) =>
        new(cell, inputs, targets * Horizon, HiddenSize, NumLayers, Members);

    /// <summary>The net's sizes where it answers knots of the leads.</summary>
    /// <param name="cell">Which equations.</param>
    /// <param name="inputs">F.</param>
    /// <param name="targets">M.</param>
    /// <param name="knots">K.</param>
    /// <param name="beside">Numbers that the head sees of each knot.</param>
    internal NetShape Shape(RecurrentCell cell, int inputs, int targets, int knots, int beside) =>
        new(cell, inputs, targets * knots, HiddenSize, NumLayers, Members, knots, beside);

    /// <summary>Reads a document strictly.</summary>
    /// <param name="json">Null: all defaults.</param>
    /// <param name="modelType">For messages.</param>
    /// <param name="isNew">Whether a model is asked for: without <c>lead_mode</c> it is direct then; documents of before have none.</param>
    /// <exception cref="InvalidInputException">Unknown name, wrong type or out of range.</exception>
    public static RecurrentHyperparameters Parse(JsonObject? json, string modelType, bool isNew = false)
    {
        var options = StrictJson.Of(json, "hyperparameter", modelType + ".").AllowOnly(_names);
        var epochs = options.Integer("epochs", 1, 1000) ?? 20;
        var (horizon, mode) = (options.Integer("horizon", 1, 100) ?? 1, options.Choice<TargetMode>("target_mode") ?? TargetMode.Residual);
        var isFedBack = horizon > 1 || mode == TargetMode.Level;
        var leads = options.Choice<LeadMode>("lead_mode") ?? (isNew && !isFedBack ? LeadMode.Direct : LeadMode.Recursive);
        if (leads == LeadMode.Direct && isFedBack)
            throw new InvalidInputException(
                $"{modelType}: with lead_mode direct one head answers all leads by their difference to a regression; leave horizon and "
                + "target_mode out, or ask for lead_mode recursive.");
        return new RecurrentHyperparameters(
            options.Integer("input_len", 1, 1000) ?? 10,
            horizon,
            options.Integer("hidden_size", 1, 1024) ?? 32,
            options.Integer("num_layers", 1, 8) ?? 1,
            options.Integer("members", 1, 16) ?? 4,
            options.Number("dropout", 0, 0.9) ?? 0,
            options.Integer("batch_size", 1, 4096) ?? 256,
            epochs,
            options.Number("learning_rate", 1e-7, 1) ?? 6e-3,
            options.Choice<LearningRateSchedule>("schedule") ?? LearningRateSchedule.Cosine,
            options.Number("weight_decay", 0, 1) ?? 0,
            options.Number("gradient_clip", 0, 1e6) ?? 1,
            options.Choice<LossKind>("loss") ?? LossKind.Huber,
            options.Number("huber_delta", 0.01, 100) ?? 2,
            options.Integer("patience", 1, 1000) ?? epochs,
            options.Integer("seed", 0, int.MaxValue) ?? 0,
            options.Flag("standardise") ?? true,
            mode,
            options.Flag("refit_on_all") ?? false,
            options.Flag("log1p") ?? false,
            leads);
    }

    /// <summary>All hyperparameters, none left to a default but recursion, which documents of before do not name.</summary>
    public JsonObject ToJson()
    {
        var json = ToJsonOfBefore();
        if (LeadMode == LeadMode.Direct)
            json["lead_mode"] = JsonFormat.NameOf(LeadMode);
        return json;
    }

    private JsonObject ToJsonOfBefore() => new()
    {
        ["input_len"] = InputLen,
        ["horizon"] = Horizon,
        ["hidden_size"] = HiddenSize,
        ["num_layers"] = NumLayers,
        ["members"] = Members,
        ["dropout"] = Dropout,
        ["batch_size"] = BatchSize,
        ["epochs"] = Epochs,
        ["learning_rate"] = LearningRate,
        ["schedule"] = JsonFormat.NameOf(Schedule),
        ["weight_decay"] = WeightDecay,
        ["gradient_clip"] = GradientClip,
        ["loss"] = JsonFormat.NameOf(Loss),
        ["huber_delta"] = HuberDelta,
        ["patience"] = Patience,
        ["seed"] = Seed,
        ["standardise"] = Standardise,
        ["target_mode"] = JsonFormat.NameOf(TargetMode),
        ["refit_on_all"] = RefitOnAll,
        ["log1p"] = Log1p,
    };
}
