using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Recurrent.Answering;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;

namespace FLTS.Forecasting.Recurrent;

/// <summary>
/// Stacked LSTM (Hochreiter and Schmidhuber 1997) or GRU (Cho et al. 2014, in PyTorch's form) with a linear head on the last step;
/// hyperparameters: <see cref="RecurrentHyperparameters"/>.
/// </summary>
public sealed class RecurrentFamily : IForecasterFamily
{
    private const string WeightsFile = FittedRecurrent.WeightsFile;
    private readonly RecurrentCell _cell;

    private RecurrentFamily(string modelType, RecurrentCell cell) => (ModelType, _cell) = (modelType, cell);

    public static RecurrentFamily Lstm { get; } = new("LSTM", RecurrentCell.Lstm);

    public static RecurrentFamily Gru { get; } = new("GRU", RecurrentCell.Gru);

    public string ModelType { get; }

    private int Gates => _cell == RecurrentCell.Lstm ? 4 : 3;

    public JsonObject Normalise(JsonObject? hyperparameters) => RecurrentHyperparameters.Parse(
        hyperparameters, ModelType, isNew: true).ToJson();

    public FitEstimate Estimate(JsonObject hyperparameters, FitSize size) => RecurrentEstimate.Of(
        RecurrentHyperparameters.Parse(hyperparameters, ModelType), Gates, size);

    public FitEstimate EstimateForecast(JsonObject hyperparameters, FitSize size, double windows, int steps) =>
        RecurrentEstimate.OfForecast(RecurrentHyperparameters.Parse(hyperparameters, ModelType), Gates, size, windows, steps);

    public IForecaster Create(JsonObject hyperparameters) =>
        new RecurrentForecaster(ModelType, _cell, RecurrentHyperparameters.Parse(hyperparameters, ModelType));

    public IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, IReadOnlyDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue(WeightsFile, out var bytes))
            throw new CorruptArtifactException($"{ModelType}: {WeightsFile} is missing.");
        var parameters = Read(hyperparameters);
        if (signature.ModelType != ModelType || signature.InputLength != parameters.InputLen || signature.Horizon != parameters.Horizon
            || signature.Targets.Count == 0 || signature.Targets.Except(signature.Inputs).Any())
        {
            throw new CorruptArtifactException(
                $"{ModelType}: the signature ({signature.ModelType}, {signature.InputLength} rows to {signature.Horizon}) contradicts "
                + $"the hyperparameters ({parameters.InputLen} rows to {parameters.Horizon}), or names a target that is no input.");
        }

        var tensors = SafetensorsFile.Read(bytes, WeightsFile).ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal);
        var (inputs, targets) = (signature.Inputs.Count, signature.Targets.Count);
        var leads = parameters.LeadMode == LeadMode.Direct ? LeadBase.Load(signature, files) : null;
        var norm = Normalisation.Load(tensors, parameters, inputs, targets * (leads?.Knots.Length ?? 1), WeightsFile);
        var shape = leads is null
            ? parameters.Shape(_cell, inputs, targets)
            : parameters.Shape(
                _cell, inputs, targets, leads.Knots.Length, new KnotFeatures(signature.Inputs, signature.Targets, leads.IsSeasonal).Count);
        var net = new PackedNet(shape, tensors, WeightsFile);
        if (tensors.Count == 0)
            return leads is null ? new FittedRecurrent(signature, net, norm) : new FittedDirect(signature, net, norm, leads);
        throw new CorruptArtifactException(
            $"{WeightsFile}: tensor '{tensors.Keys.Order(StringComparer.Ordinal).First()}' belongs to no {ModelType} of these "
            + "hyperparameters.");
    }

    private RecurrentHyperparameters Read(JsonObject hyperparameters)
    {
        try
        {
            return RecurrentHyperparameters.Parse(hyperparameters, ModelType);
        }
        catch (InvalidInputException e)
        {
            throw new CorruptArtifactException($"{ModelType}: the stored hyperparameters are not usable: {e.Message}", e);
        }
    }
}
