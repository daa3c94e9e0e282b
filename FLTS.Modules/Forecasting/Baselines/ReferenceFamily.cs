using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Baselines;

/// <summary>A reference has no value for some scored row; the scoreboard says <c>not_applicable</c> with this sentence.</summary>
public sealed class NotApplicableException(string message) : FltsException(message);

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
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException or InvalidInputException)
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
                throw new InvalidInputException($"{ModelType} has no hyperparameter '{name}'; it has {(names.Length == 0 ? "none" : string.Join(", ", names))}.");
        }
    }

    /// <summary>A number in a range, or its default.</summary>
    /// <exception cref="InvalidInputException">No number or out of range.</exception>
    protected double Number(JsonObject? hyperparameters, string name, double fallback, double low, double high, bool whole = false)
    {
        if (hyperparameters is null || !hyperparameters.TryGetPropertyValue(name, out var node) || node is null)
            return fallback;
        if (node.GetValueKind() == JsonValueKind.Number && double.Parse(node.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) is var value
            && value >= low && value <= high && (!whole || value == Math.Floor(value)))
        {
            return value;
        }

        throw new InvalidInputException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{ModelType}: '{name}' is {node.ToJsonString()}; it must be a {(whole ? "whole " : "")}number from {low} to {high}."));
    }
}

/// <summary>A fitted reference without parameters of its own.</summary>
internal abstract class FittedReference(ModelSignature signature) : IFittedForecaster
{
    public ModelSignature Signature { get; } = signature;

    public double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var targets = Signature.Targets.Select(history.IndexOf).ToArray();
        var forecast = new double[origins.Length, steps, targets.Length];
        for (var n = 0; n < origins.Length; n++)
        {
            for (var m = 0; m < targets.Length; m++)
                Fill(history, targets[m], origins[n], steps, forecast, n, m);
        }

        return forecast;
    }

    public virtual IReadOnlyDictionary<string, byte[]> Save() =>
        new Dictionary<string, byte[]> { ["model.json"] = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["model_type"] = Signature.ModelType }) };

    public void Dispose()
    {
    }

    /// <summary>Whether it has a one-step forecast from an origin whose input rows lie in one segment.</summary>
    public virtual bool Applies(PreparedSeries history, int origin) => true;

    /// <summary>Writes [n, 0..steps, m] from column <paramref name="column"/> up to row <paramref name="origin"/>.</summary>
    protected abstract void Fill(PreparedSeries history, int column, int origin, int steps, double[,,] into, int n, int m);
}

/// <summary>A reference that learns nothing: fitting only notes what it was given.</summary>
/// <param name="modelType">For example <c>NAIVE</c>.</param>
/// <param name="inputLength">Rows it sees.</param>
/// <param name="fitted">Makes it.</param>
internal sealed class ReferenceForecaster(string modelType, int inputLength, Func<ModelSignature, FittedReference> fitted) : IForecaster
{
    public string ModelType => modelType;

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var series = data.Series;
        var signature = new ModelSignature(modelType, series.Columns, series.Targets, inputLength, 1, series.Step);
        var model = fitted(signature);
        var metrics = OneStepMetrics.Of(model, data, context.Cancellation, model.Applies);
        context.Progress?.Report(new FitProgress(1, 1, metrics));
        return new FitResult(model, metrics is null ? [] : [metrics], null, new RowSpan(0, 0), new RowSpan(0, 0));
    }
}
