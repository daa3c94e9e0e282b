using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting;
using FLTS.Modules.Forecasting.Intervals;
using FLTS.Modules.Forecasting.Preparation;

namespace FLTS.Modules.Registry;

/// <summary>A model ready to forecast, with what turns original units into its scale and back.</summary>
internal sealed class LoadedModel(ArtifactManifest manifest, IFittedForecaster forecaster, Scaler scaler, PreprocessConfig config, ValidationResiduals? residuals = null) : IDisposable
{
    public ArtifactManifest Manifest { get; } = manifest;

    public IFittedForecaster Forecaster { get; } = forecaster;

    public Scaler Scaler { get; } = scaler;

    public PreprocessConfig Config { get; } = config;

    /// <summary>For intervals; null for a model stored without.</summary>
    public ValidationResiduals? Residuals { get; } = residuals;

    public void Dispose() => Forecaster.Dispose();
}

/// <summary>Loads stored models: checked bytes in, a model out. Safetensors, JSON and parquet only.</summary>
internal sealed class ModelLoader(IArtifactStore artifacts)
{
    /// <exception cref="UnavailableException">The store cannot be reached.</exception>
    /// <exception cref="CorruptArtifactException">A file is missing, differs, or does not fit; names it.</exception>
    public async Task<LoadedModel> LoadAsync(string runId, int attempt, string manifestSha256, ArtifactSource source, CancellationToken cancellation)
    {
        var stored = await artifacts.OpenAsync(runId, attempt, manifestSha256, source, cancellation);
        var manifest = stored.Manifest;
        try
        {
            var scaler = Scaler.Load(File(stored, "scaler/scaler.json"));
            var config = PreprocessConfig.FromJson(JsonNode.Parse(File(stored, "preprocess/preprocess_config.json"))!.AsObject());
            var residuals = stored.Files.TryGetValue(ResidualFile.Path, out var bytes) ? await ResidualFile.ReadAsync(bytes, manifest.Targets, cancellation) : null;
            var forecaster = ForecasterCatalog.Get(manifest.ModelType).Load(manifest.Signature(), manifest.Hyperparameters, stored.Folder(manifest.ModelType));
            return new LoadedModel(manifest, forecaster, scaler, config, residuals);
        }
        catch (Exception e) when (e is InvalidInputException or JsonException or InvalidOperationException or ArgumentException)
        {
            throw new CorruptArtifactException($"The artifacts of run {runId} do not make a model: {e.Message}", e);
        }
    }

    /// <summary>Repeats the forecast that training stored with the model.</summary>
    /// <exception cref="CorruptArtifactException">It differs by more than the manifest's tolerance.</exception>
    public static void VerifyGolden(LoadedModel model, PreparedSeries train)
    {
        var golden = model.Manifest.Golden;
        var steps = golden.Values.Length;
        if (golden.OriginRow < 0 || golden.OriginRow >= train.Rows || steps < 1 || steps > model.Manifest.Horizon)
            throw new CorruptArtifactException($"Run {model.Manifest.RunId}: the manifest's golden prediction names row {golden.OriginRow}, which the data has not.");

        var forecast = model.Forecaster.Forecast(train, [golden.OriginRow], steps);
        for (var h = 0; h < steps; h++)
        {
            for (var m = 0; m < golden.Values[h].Length; m++)
            {
                if (!(Math.Abs(forecast[0, h, m] - golden.Values[h][m]) <= golden.Tolerance))
                    throw new CorruptArtifactException($"Run {model.Manifest.RunId} does not reproduce its golden prediction: {model.Manifest.Targets[m]} step {h + 1} is {forecast[0, h, m]}, stored is {golden.Values[h][m]}.");
            }
        }
    }

    private static byte[] File(StoredModel stored, string path) =>
        stored.Files.TryGetValue(path, out var bytes) ? bytes : throw new CorruptArtifactException($"Run {stored.Manifest.RunId}: {path} is not in the manifest.");
}
