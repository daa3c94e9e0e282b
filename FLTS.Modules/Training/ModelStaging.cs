using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Training;

/// <summary>What a trainer tells of a fit, kept beside the files until the row has it.</summary>
/// <param name="Metrics">JSON object.</param>
/// <param name="History">An entry an epoch.</param>
internal sealed record FitReport(string Metrics, IReadOnlyList<EpochMetrics> History);

/// <summary>Writes the files of a fitted model as API.md lists them (Objects), <c>manifest.json</c> last.</summary>
internal static class ModelStaging
{
    private const string ManifestName = "manifest.json";

    /// <summary>For this machine alone: neither listed in the manifest nor uploaded.</summary>
    private const string ReportName = "report.json";

    /// <summary>
    /// Differences between two computations of one forecast that rounding on other hardware may cause, as a share of train's range.
    /// </summary>
    private const double GoldenTolerance = 1e-4;

    public static void Write(
        string folder,
        RunRow run,
        JsonObject hyperparameters,
        PreparedDataset dataset,
        FitResult fit,
        byte[] residuals,
        IReadOnlyList<ManifestMember>? members = null)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, bytes) in fit.Model.Save())
            files[$"{run.ModelType}/{name}"] = bytes;

        files[KnotFile.Path] = residuals;
        files["scaler/scaler.json"] = dataset.Meta.Scaler.Save();
        files["preprocess/preprocess_config.json"] = JsonSerializer.SerializeToUtf8Bytes(
            dataset.Meta.Config.ToJson(), RegistryJson.Indented);
        if (fit.History.Count > 1)
            files["plots/loss_curve.png"] = LossCurvePlot.Draw($"{run.ModelType} on {run.Identifier}", fit);

        foreach (var (path, bytes) in files)
            AtomicFile.Write(Path.Combine(folder, path), bytes);

        AtomicFile.Write(
            Path.Combine(folder, ReportName),
            JsonSerializer.SerializeToUtf8Bytes(new FitReport(RunMetrics.Summary(fit), fit.History), RegistryJson.Options));
        FaultPoint.Reach("stage.files-written");
        var manifest = Manifest(run, hyperparameters, dataset, fit, files) with { Members = members is { Count: > 0 } ? members : null };
        AtomicFile.Write(Path.Combine(folder, ManifestName), JsonSerializer.SerializeToUtf8Bytes(manifest, RegistryJson.Indented));
        FaultPoint.Reach("stage.manifest-written");
    }

    public static bool HasReport(string folder) => File.Exists(Path.Combine(folder, ReportName));

    public static FitReport ReadReport(string folder) =>
        JsonSerializer.Deserialize<FitReport>(File.ReadAllBytes(Path.Combine(folder, ReportName)), RegistryJson.Options)!;

    public static ArtifactManifest ReadManifest(string folder) =>
        JsonSerializer.Deserialize<ArtifactManifest>(File.ReadAllBytes(Path.Combine(folder, ManifestName)), RegistryJson.Options)!;

    private static ArtifactManifest Manifest(
        RunRow run, JsonObject hyperparameters, PreparedDataset dataset, FitResult fit, Dictionary<string, byte[]> files)
    {
        var signature = fit.Model.Signature;
        return new ArtifactManifest(
            run.RunId,
            run.Attempt,
            run.ModelType,
            run.ConfigHash,
            run.ParamsHash,
            run.Identifier,
            hyperparameters,
            signature.Inputs,
            signature.Targets,
            signature.InputLength,
            signature.Horizon,
            signature.Step.Duration.TotalSeconds,
            signature.LeadFromEndOfTrain,
            Span(dataset.Train, fit.FittedRows),
            Span(dataset.Train, fit.ValidatedRows),
            Golden(dataset.Train, fit.Model),
            fit.Diagnostics,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["flts"] = typeof(ModelStaging).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
                ["dotnet"] = Environment.Version.ToString(),
                ["torchsharp"] = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(),
            },
            [.. files.OrderBy(f => f.Key, StringComparer.Ordinal)
                .Select(f => new ManifestFile(f.Key, f.Value.Length, Convert.ToHexStringLower(SHA256.HashData(f.Value))))],
            signature.KnownAhead.Count > 0 ? signature.KnownAhead : null,
            signature.Step.ToJson());
    }

    private static ManifestSpan? Span(PreparedSeries train, RowSpan rows) =>
        rows.End > rows.Start
            ? new ManifestSpan(train.Timestamps[rows.Start], train.Timestamps[rows.End - 1], rows.End - rows.Start)
            : null;

    /// <summary>A forecast from the last train row whose input lies in one segment.</summary>
    private static GoldenPrediction Golden(PreparedSeries train, IFittedForecaster model)
    {
        var origin = train.Rows - 1;
        while (origin > 0 && train.Segments[Math.Max(0, origin - Math.Max(1, model.Signature.InputLength) + 1)] != train.Segments[origin])
            origin--;

        var forecast = model.Forecast(SeriesWindows.Of(train, [origin]), model.Signature.Horizon);
        var values = new double[forecast.GetLength(1)][];
        for (var h = 0; h < values.Length; h++)
        {
            values[h] = new double[forecast.GetLength(2)];
            for (var m = 0; m < values[h].Length; m++)
                values[h][m] = forecast[0, h, m];
        }

        return new GoldenPrediction(origin, values, GoldenTolerance);
    }
}
