using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// <c>LIGHTGBM</c>: gradient-boosted regression trees (LightGBM, Ke et al. 2017) on lags, rolling statistics and the calendar; for each
/// target and knot of the leads one ensemble for what a linear base misses, or (<c>lead_mode: recursive</c>) one for the next step and one
/// for the steps after it; hyperparameters: <see cref="TreeHyperparameters"/>. Trained by the native library, stored as JSON, served from
/// that by own code.
/// </summary>
public sealed class LightGbmFamily : IForecasterFamily
{
    private const string Type = TreeHyperparameters.ModelType;
    private const string FileName = TreesJson.FileName;

    /// <summary>Features of a column beside its values: four of each of three spans.</summary>
    private const int StatisticsOfWindow = 12;

    /// <summary>Copies of all examples' bins that a fit holds.</summary>
    private const int HeldAtOnce = 4;

    /// <summary>Fewest rows that LightGBM puts into a bin.</summary>
    private const int RowsInBin = 3;

    /// <summary>Of a bin: sums of gradients and of weights.</summary>
    private const int BytesOfBin = 2 * sizeof(double);

    public string ModelType => Type;

    public JsonObject Normalise(JsonObject? hyperparameters) => TreeHyperparameters.Parse(hyperparameters, LeadMode.Direct).ToJson();

    public FitEstimate Estimate(JsonObject hyperparameters, FitSize size)
    {
        var parameters = TreeHyperparameters.Parse(hyperparameters);

        // Each row is an example of all that its window shows, in bins of a byte or two; held at once are those of all rows, of a lead and
        // of an ensemble that grows (twice: LightGBM turns them), and what the base forecasts.
        var direct = parameters.LeadMode == LeadMode.Direct;
        var features = (double)size.Columns * (parameters.InputLen + StatisticsOfWindow);
        var perRow = (features * (parameters.MaxBin > byte.MaxValue ? sizeof(short) : sizeof(byte)) * HeldAtOnce)
            + (size.Columns * sizeof(double))
            + (direct ? 2.0 * sizeof(double) * Knots.All.Count * size.Targets : 0);

        // Every leaf that a tree may have is given its histogram of every feature before the first tree grows.
        var bins = Math.Min(parameters.MaxBin, (size.Rows / RowsInBin) + 1.0);
        return new FitEstimate(
            (size.Rows * perRow) + (features * bins * parameters.NumLeaves * BytesOfBin),
            size.Rows * (double)size.Columns * parameters.InputLen * parameters.NumIterations * size.Targets,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{size.Rows:N0} rows x {size.Columns} columns x {parameters.InputLen} rows back, {parameters.NumIterations} trees a "
                + $"target of {parameters.NumLeaves} leaves and {bins:N0} bins"));
    }

    public FitEstimate EstimateForecast(JsonObject hyperparameters, FitSize size, double windows, int steps)
    {
        // A step makes its features and goes down every tree of every target; direct leads go down those of the knots, whatever the steps.
        var parameters = TreeHyperparameters.Parse(hyperparameters);
        var (seen, trees) = (
            (double)size.Columns * parameters.InputLen, (double)size.Targets * parameters.NumIterations * Math.Log2(parameters.NumLeaves));
        return FitEstimate.OfForecast(
            windows,
            steps,
            size,
            parameters.LeadMode == LeadMode.Direct ? (seen * size.Targets) + (trees * Knots.All.Count / steps) : seen + trees);
    }

    public IForecaster Create(JsonObject hyperparameters)
    {
        var parameters = TreeHyperparameters.Parse(hyperparameters);
        return parameters.LeadMode == LeadMode.Direct ? new KnotForecaster(parameters) : new TreeForecaster(parameters);
    }

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

        if (parameters.LeadMode == LeadMode.Direct)
            return new FittedKnotTrees(signature, KnotTreesJson.Read(bytes, signature, LeadBase.Load(signature, files)));
        var features = new WindowFeatures(signature.Inputs, signature.InputLength);
        var ofBefore = WindowFeatures.OfBefore(signature.Inputs, signature.InputLength);
        if (TreesJson.FeaturesOf(bytes)?.SequenceEqual(ofBefore.Names, StringComparer.Ordinal) == true)
            features = ofBefore;
        var trees = TreesJson.Read(bytes, parameters.TargetMode, features.Names, signature.Targets);
        return new FittedTrees(signature, parameters.TargetMode, trees, features);
    }
}
