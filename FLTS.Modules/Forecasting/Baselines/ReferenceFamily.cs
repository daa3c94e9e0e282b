using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;

namespace FLTS.Forecasting.Baselines;

/// <summary>What the references share: checked hyperparameters, and a <c>model.json</c> that says which model it is.</summary>
public abstract class ReferenceFamily : IForecasterFamily
{
    public abstract string ModelType { get; }

    public abstract JsonObject Normalise(JsonObject? hyperparameters);

    /// <inheritdoc/>
    public virtual FitEstimate Estimate(JsonObject hyperparameters, FitSize size) => FitEstimate.Small;

    public abstract IForecaster Create(JsonObject hyperparameters);

    public IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, IReadOnlyDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue("model.json", out var bytes))
            throw new CorruptArtifactException($"{ModelType}: model.json is missing.");
        try
        {
            var json = JsonNode.Parse(bytes) as JsonObject;
            if (json?["model_type"]?.GetValue<string>() != ModelType)
                throw new CorruptArtifactException($"{ModelType}: model.json is of another model type.");
            return Load(signature, Normalise(hyperparameters), json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException
            or InvalidInputException)
        {
            throw new CorruptArtifactException($"{ModelType}: model.json is malformed: {e.Message}", e);
        }
    }

    protected abstract IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model);

    /// <summary>The hyperparameters, of which there are no others than these.</summary>
    /// <exception cref="InvalidInputException">An unknown name.</exception>
    private protected StrictJson Read(JsonObject? hyperparameters, params string[] names) =>
        StrictJson.Of(hyperparameters, "hyperparameter", ModelType + ".").AllowOnly(names);
}
