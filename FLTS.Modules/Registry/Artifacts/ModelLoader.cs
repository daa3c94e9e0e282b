using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Registry.Artifacts;

/// <summary>
/// A model ready to forecast, with what turns original units into its scale and back. Several may share it; it goes with the last.
/// </summary>
internal sealed class LoadedModel(
    ArtifactManifest manifest,
    IFittedForecaster forecaster,
    Scaler scaler,
    PreprocessConfig config,
    ConformalIntervals? intervals = null) : IDisposable
{
    private int _users = 1;

    public ArtifactManifest Manifest { get; } = manifest;

    public IFittedForecaster Forecaster { get; } = forecaster;

    public Scaler Scaler { get; } = scaler;

    public PreprocessConfig Config { get; } = config;

    /// <summary>Around its forecasts; none for a model stored without residuals.</summary>
    public ConformalIntervals Intervals { get; } = intervals ?? new(residuals: null, manifest.Targets);

    /// <summary>Bytes that were allocated to make it: no less than it holds.</summary>
    public long Bytes { get; init; }

    /// <summary>One more uses it, and disposes it. False: it is gone.</summary>
    public bool TryShare()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;

            users = seen;
        }

        return false;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            Forecaster.Dispose();
    }
}

/// <summary>Loads stored models: checked bytes in, a model out. Safetensors, JSON and parquet only.</summary>
internal sealed class ModelLoader(IArtifactStore artifacts)
{
    /// <summary>No manifest may allow more than this share of train's range between two computations of its golden prediction.</summary>
    private const double LargestTolerance = 1e-3;

    /// <exception cref="UnavailableException">The store cannot be reached.</exception>
    /// <exception cref="CorruptArtifactException">A file is missing, differs, or does not fit; names it.</exception>
    public async Task<LoadedModel> LoadAsync(
        RunId runId, int attempt, string manifestSha256, ArtifactSource source, CancellationToken cancellation)
    {
        var stored = await artifacts.OpenAsync(runId, attempt, manifestSha256, source, cancellation);
        var manifest = stored.Manifest;
        try
        {
            var scaler = Scaler.Load(File(stored, "scaler/scaler.json"));
            var config = PreprocessConfigParser.FromJson(JsonNode.Parse(File(stored, "preprocess/preprocess_config.json"))!.AsObject());
            var intervals = await IntervalsAsync(stored, cancellation);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var forecaster = ForecasterCatalog.Get(manifest.ModelType)
                .Load(Signature(manifest, scaler), manifest.Hyperparameters, stored.Folder(manifest.ModelType));
            return new LoadedModel(manifest, forecaster, scaler, config, intervals)
            {
                Bytes = GC.GetAllocatedBytesForCurrentThread() - before + (intervals?.Bytes ?? 0),
            };
        }
        catch (Exception e) when (IsAboutContent(e))
        {
            throw new CorruptArtifactException($"The artifacts of run {runId} do not make a model: {e.Message}", e);
        }
    }

    /// <summary>Repeats the forecast that training stored with the model.</summary>
    /// <exception cref="CorruptArtifactException">It differs by more than the manifest's tolerance.</exception>
    public static void VerifyGolden(LoadedModel model, PreparedSeries train)
    {
        var (run, targets, golden) = (model.Manifest.RunId, model.Manifest.Targets, model.Manifest.Golden);
        if (golden?.Values is not { } values || values.Length != model.Manifest.Horizon || values.Any(v => v?.Length != targets.Count))
            throw new CorruptArtifactException(
                $"Run {run}: the manifest's golden prediction must hold {model.Manifest.Horizon} steps of {targets.Count} targets.");
        if (golden.OriginRow < 0 || golden.OriginRow >= train.Rows)
            throw new CorruptArtifactException(
                $"Run {run}: the manifest's golden prediction names row {golden.OriginRow}, which the data has not.");
        if (!(golden.Tolerance is >= 0 and <= LargestTolerance))
            throw new CorruptArtifactException(
                $"Run {run}: the manifest allows a difference of {golden.Tolerance} to its golden prediction; no more than "
                + $"{LargestTolerance} is allowed.");

        var forecast = Forecast(model, train, golden.OriginRow);
        for (var h = 0; h < values.Length; h++)
        {
            for (var m = 0; m < targets.Count; m++)
            {
                if (!(Math.Abs(forecast[0, h, m] - values[h][m]) <= golden.Tolerance * Spread(model.Scaler[targets[m]])))
                    throw new CorruptArtifactException(
                        $"Run {run} does not reproduce its golden prediction: {targets[m]} step {h + 1} is {forecast[0, h, m]}, stored "
                        + $"is {values[h][m]}.");
            }
        }
    }

    /// <summary>Of a target on the dataset's scale: 1 with MinMax, and of any size without a scaler.</summary>
    private static double Spread(ColumnScale column) => column.Flat ? 1 : column.Transform(column.Max) - column.Transform(column.Min);

    private static double[,,] Forecast(LoadedModel model, PreparedSeries train, int origin)
    {
        try
        {
            var forecast = model.Forecaster.Forecast(SeriesWindows.Of(train, [origin]), model.Manifest.Horizon);
            return forecast.GetLength(1) == model.Manifest.Horizon && forecast.GetLength(2) == model.Manifest.Targets.Count
                ? forecast
                : throw new CorruptArtifactException(
                    $"Run {model.Manifest.RunId} forecasts {forecast.GetLength(1)} steps of {forecast.GetLength(2)} targets, not what "
                    + "its manifest says.");
        }
        catch (Exception e) when (IsAboutContent(e))
        {
            throw new CorruptArtifactException($"Run {model.Manifest.RunId} cannot repeat its golden prediction: {e.Message}", e);
        }
    }

    /// <summary>
    /// Tells what content causes from what a machine causes (memory, a native library, the network): only the former condemns a run.
    /// </summary>
    private static bool IsAboutContent(Exception e) =>
        e is InvalidInputException or JsonException or InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or KeyNotFoundException or NullReferenceException or FormatException or OverflowException
            or InvalidDataException or EndOfStreamException;

    /// <summary>Models of before the knots have residuals of the first steps; the first models have none.</summary>
    private static async Task<ConformalIntervals?> IntervalsAsync(StoredModel stored, CancellationToken cancellation)
    {
        var targets = stored.Manifest.Targets;
        return stored.Files.TryGetValue(KnotFile.Path, out var knots)
            ? new ConformalIntervals(await KnotFile.ReadAsync(knots, targets, cancellation), targets)
            : stored.Files.TryGetValue(ResidualFile.Path, out var residuals)
            ? new ConformalIntervals(await ResidualFile.ReadAsync(residuals, targets, cancellation), targets)
            : null;
    }

    /// <summary>Models of before carry what is plausible too: in their scaler.</summary>
    private static ModelSignature Signature(ArtifactManifest manifest, Scaler scaler) =>
        manifest.Signature() with { Plausible = PlausibleRange.Scaled(scaler, manifest.Targets) };

    private static byte[] File(StoredModel stored, string path) =>
        stored.Files.TryGetValue(path, out var bytes)
            ? bytes
            : throw new CorruptArtifactException($"Run {stored.Manifest.RunId}: {path} is not in the manifest.");
}
