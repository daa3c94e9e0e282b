using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;

namespace FLTS.Forecasting.Ensemble;

/// <summary>
/// <c>ENSEMBLE</c>: answers with weighted means of other models, its members, and of references (FORECASTING.md 5). It has no
/// hyperparameters to choose: whoever knows the members adds them to the document, so that other members make another ENSEMBLE.
/// </summary>
/// <param name="references">That may be members.</param>
public sealed class EnsembleFamily(IReadOnlyList<IForecasterFamily> references) : IForecasterFamily
{
    /// <summary>The model type.</summary>
    public const string Type = "ENSEMBLE";

    /// <summary>Raised whenever the references, or the way to its weights, make another ENSEMBLE of the same members.</summary>
    public const int ReferencesVersion = 3;

    public string ModelType => Type;

    /// <summary>
    /// That may be members. Not SEASONAL_NAIVE: it has no answer where a request brings less than a season of rows.
    /// </summary>
    public IReadOnlyList<IForecasterFamily> References { get; } = [.. references.Where(f => f.ModelType != "SEASONAL_NAIVE")];

    public JsonObject Normalise(JsonObject? hyperparameters)
    {
        StrictJson.Of(hyperparameters, "hyperparameter", Type + ".").AllowOnly();
        return new JsonObject { ["references_version"] = ReferencesVersion };
    }

    /// <summary>It is made of fitted models, by whoever has them (<see cref="EnsembleFit"/>).</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public IForecaster Create(JsonObject hyperparameters) =>
        throw new InvalidOperationException($"{Type} is made of the fits of others; it has none of its own.");

    public IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, IReadOnlyDictionary<string, byte[]> files) =>
        Load(signature, hyperparameters, files, []);

    /// <summary>The same with the models of runs, which are loaded already and stay their owner's.</summary>
    /// <exception cref="CorruptArtifactException">A file is missing or malformed, or they are not the members it needs.</exception>
    public IFittedForecaster Load(
        ModelSignature signature,
        JsonObject hyperparameters,
        IReadOnlyDictionary<string, byte[]> files,
        IReadOnlyList<IFittedForecaster> members)
    {
        var (weights, references) = EnsembleFiles.Read(signature, files, members, References);
        return new FittedEnsemble(signature, weights, members, references);
    }
}
