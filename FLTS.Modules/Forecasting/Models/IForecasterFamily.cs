using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Models;

/// <summary>One kind of model: reads its hyperparameters, makes it, loads it.</summary>
public interface IForecasterFamily
{
    /// <summary>For example <c>PROPHET</c>.</summary>
    string ModelType { get; }

    /// <summary>
    /// Completes a hyperparameter document with defaults (snake_case names) and checks every range; the result is what
    /// <c>params_hash</c> is taken of.
    /// </summary>
    /// <exception cref="InvalidInputException">Unknown name, wrong type or out of range; names the
    /// hyperparameter and the range.</exception>
    JsonObject Normalise(JsonObject? hyperparameters);

    /// <summary>What a fit takes of the machine.</summary>
    /// <param name="hyperparameters">Complete.</param>
    /// <param name="size">Of the data, as far as it is known.</param>
    FitEstimate Estimate(JsonObject hyperparameters, FitSize size) => FitEstimate.Small;

    /// <summary>What a forecast takes of the machine.</summary>
    /// <param name="hyperparameters">Complete.</param>
    /// <param name="size">Of what the model was fitted on; its rows do not count.</param>
    /// <param name="windows">N.</param>
    /// <param name="steps">H.</param>
    FitEstimate EstimateForecast(JsonObject hyperparameters, FitSize size, double windows, int steps) => FitEstimate.OfForecast(
        windows, steps, size, (double)size.Columns * size.Targets * (hyperparameters["input_len"]?.GetValue<int>() ?? 1));

    /// <summary>An unfitted model.</summary>
    IForecaster Create(JsonObject hyperparameters);

    /// <summary>A fitted model from its files (as <see cref="IFittedForecaster.Save"/> gave them).</summary>
    /// <exception cref="CorruptArtifactException">A file is missing, malformed or does not fit the signature.</exception>
    IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, IReadOnlyDictionary<string, byte[]> files);

    /// <summary>The same of one that answers from others, which are loaded already and stay their owner's.</summary>
    /// <exception cref="CorruptArtifactException">As above; or they are not the members that it needs.</exception>
    IFittedForecaster Load(
        ModelSignature signature,
        JsonObject hyperparameters,
        IReadOnlyDictionary<string, byte[]> files,
        IReadOnlyList<IFittedForecaster> members) => members.Count == 0
            ? Load(signature, hyperparameters, files)
            : throw new CorruptArtifactException($"{ModelType} is not made of other models, but {members.Count} are named.");
}
