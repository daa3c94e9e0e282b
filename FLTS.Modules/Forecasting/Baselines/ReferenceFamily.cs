using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Baselines;

/// <summary>What the references share: checked hyperparameters, and a <c>model.json</c> that says which model it is.</summary>
public abstract class ReferenceFamily : IForecasterFamily
{
    public abstract string ModelType { get; }

    public abstract JsonObject Normalise(JsonObject? hyperparameters);

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

    /// <summary>Refuses names a reference does not have.</summary>
    /// <exception cref="InvalidInputException">An unknown name.</exception>
    protected void AllowOnly(JsonObject? hyperparameters, params string[] names)
    {
        foreach (var (name, _) in hyperparameters ?? [])
        {
            if (!names.Contains(name, StringComparer.Ordinal))
                throw new InvalidInputException(
                    $"{ModelType} has no hyperparameter '{name}'; it has {(names.Length == 0 ? "none" : string.Join(", ", names))}.");
        }
    }

    /// <summary>A number in a range, or its default.</summary>
    /// <exception cref="InvalidInputException">No number or out of range.</exception>
    protected double Number(JsonObject? hyperparameters, string name, double fallback, double low, double high, bool whole = false)
    {
        if (hyperparameters is null || !hyperparameters.TryGetPropertyValue(name, out var node) || node is null)
            return fallback;
        if (node.GetValueKind() == JsonValueKind.Number
            && double.Parse(node.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) is var value
                && value >= low && value <= high && (!whole || value == Math.Floor(value)))
        {
            return value;
        }

        throw new InvalidInputException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{ModelType}: '{name}' is {node.ToJsonString()}; it must be a {(whole ? "whole " : "")}number from {low} to {high}."));
    }
}
