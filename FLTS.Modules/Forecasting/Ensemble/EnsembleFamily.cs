using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;

namespace FLTS.Forecasting.Ensemble;

/// <summary>
/// <c>ENSEMBLE</c>: answers with weighted means of other models, its members, and of references (FORECASTING.md 5). It has no
/// hyperparameters to choose: whoever knows the members adds them to the document, so that other members make another ENSEMBLE.
/// </summary>
public sealed class EnsembleFamily : IForecasterFamily
{
    /// <summary>The model type.</summary>
    public const string Type = "ENSEMBLE";

    /// <summary>Raised whenever the references, or the way to its weights, make another ENSEMBLE of the same members.</summary>
    public const int ReferencesVersion = 1;

    public string ModelType => Type;

    public JsonObject Normalise(JsonObject? hyperparameters)
    {
        StrictJson.Of(hyperparameters, "hyperparameter", Type + ".").AllowOnly();
        return new JsonObject { ["references_version"] = ReferencesVersion };
    }

    /// <summary>It is made of fitted models, by whoever has them.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public IForecaster Create(JsonObject hyperparameters) =>
        throw new InvalidOperationException($"{Type} is made of the fits of others; it has none of its own.");

    public IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, IReadOnlyDictionary<string, byte[]> files) =>
        Load(signature, hyperparameters, files, []);

    /// <inheritdoc/>
    public IFittedForecaster Load(
        ModelSignature signature,
        JsonObject hyperparameters,
        IReadOnlyDictionary<string, byte[]> files,
        IReadOnlyList<IFittedForecaster> members) => throw new NotSupportedException();
}
