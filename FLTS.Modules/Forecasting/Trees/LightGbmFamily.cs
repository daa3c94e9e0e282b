using System.Globalization;
using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// <c>LIGHTGBM</c>: gradient-boosted regression trees (LightGBM, Ke et al. 2017), for each target one ensemble for the next step and one
/// for the steps after it, on lags, rolling statistics and the calendar; hyperparameters: <see cref="TreeHyperparameters"/>. Trained by the
/// native library, stored as JSON, served from that by own code.
/// </summary>
public sealed class LightGbmFamily : IForecasterFamily
{
    private const string Type = TreeHyperparameters.ModelType;
    private const string FileName = TreesJson.FileName;

    public string ModelType => Type;

    public JsonObject Normalise(JsonObject? hyperparameters) => TreeHyperparameters.Parse(hyperparameters).ToJson();

    public FitEstimate Estimate(JsonObject hyperparameters, FitSize size)
    {
        var parameters = TreeHyperparameters.Parse(hyperparameters);

        // Each row is an example of all that its window shows, once as numbers and once in bins.
        var features = (double)size.Columns * parameters.InputLen;
        return new FitEstimate(
            size.Rows * features * (sizeof(float) + sizeof(short)),
            size.Rows * features * parameters.NumIterations * size.Targets,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{size.Rows:N0} rows x {size.Columns} columns x {parameters.InputLen} rows back, {parameters.NumIterations} trees a "
                + $"target"));
    }

    public FitEstimate EstimateForecast(JsonObject hyperparameters, FitSize size, double windows, int steps)
    {
        // A step makes its features and goes down every tree of every target.
        var parameters = TreeHyperparameters.Parse(hyperparameters);
        var trees = (double)size.Targets * parameters.NumIterations * Math.Log2(parameters.NumLeaves);
        return FitEstimate.OfForecast(windows, steps, size, ((double)size.Columns * parameters.InputLen) + trees);
    }

    public IForecaster Create(JsonObject hyperparameters) => new TreeForecaster(TreeHyperparameters.Parse(hyperparameters));

    public IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, IReadOnlyDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue(FileName, out var bytes))
            throw new CorruptArtifactException($"{Type}: {FileName} is missing.");
        TreeHyperparameters parameters;
        try
        {
            parameters = TreeHyperparameters.Parse(hyperparameters);
        }
        catch (InvalidInputException e)
        {
            throw new CorruptArtifactException($"{Type}: the stored hyperparameters are not usable: {e.Message}", e);
        }

        if (signature.ModelType != Type
            || signature.InputLength != parameters.InputLen
            || signature.Horizon != parameters.Horizon
            || signature.Targets.Count == 0
            || signature.Targets.Except(signature.Inputs).Any())
        {
            throw new CorruptArtifactException(
                $"{Type}: the signature ({signature.ModelType}, {signature.InputLength} rows to {signature.Horizon}) contradicts the "
                + $"hyperparameters ({parameters.InputLen} rows to {parameters.Horizon}), or names a target that is no input.");
        }

        var features = new WindowFeatures(signature.Inputs, signature.InputLength);
        var ofBefore = WindowFeatures.OfBefore(signature.Inputs, signature.InputLength);
        if (TreesJson.FeaturesOf(bytes)?.SequenceEqual(ofBefore.Names, StringComparer.Ordinal) == true)
            features = ofBefore;
        var trees = TreesJson.Read(bytes, parameters.TargetMode, features.Names, signature.Targets);
        return new FittedTrees(signature, parameters.TargetMode, trees, features);
    }
}
