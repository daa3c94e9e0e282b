using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Broken;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Registry.Artifacts;

/// <summary>
/// Loads stored models: checked bytes in, a model out. Safetensors, JSON and parquet only. Making a model of bytes is computing: it stands
/// back behind those that serve.
/// </summary>
/// <param name="artifacts">Where they are.</param>
/// <param name="threads">Where models are made.</param>
/// <param name="faults">Where a replay breaks models on purpose: which; null: they answer as they were stored.</param>
internal sealed class ModelLoader(IArtifactStore artifacts, ComputeThreads threads, ModelFaults? faults = null)
{
    /// <summary>No manifest may allow more than this share of train's range between two computations of its golden prediction.</summary>
    private const double LargestTolerance = 1e-3;

    /// <summary>A model, with its members where it has some: all of them, or none.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="attempt">Its attempt that succeeded.</param>
    /// <param name="manifestSha256">As the run's row has it.</param>
    /// <param name="source">What is looked at.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="share">Gives a member that somebody has loaded already, for the caller to dispose; null: it is to be loaded.</param>
    /// <param name="withIntervals">
    /// False: the caller asks for forecasts alone; reading what intervals are made of takes longer than all else.
    /// </param>
    /// <exception cref="UnavailableException">The store cannot be reached.</exception>
    /// <exception cref="CorruptMemberException">A member cannot be loaded.</exception>
    /// <exception cref="CorruptArtifactException">A file is missing, differs, or does not fit; names it.</exception>
    public async Task<LoadedModel> LoadAsync(
        RunId runId,
        int attempt,
        string manifestSha256,
        ArtifactSource source,
        CancellationToken cancellation,
        Func<RunId, int, LoadedModel?>? share = null,
        bool withIntervals = true)
    {
        var stored = await artifacts.OpenAsync(runId, attempt, manifestSha256, source, cancellation);
        var members = new List<LoadedModel>();
        try
        {
            foreach (var member in stored.Manifest.Members ?? [])
            {
                members.Add(
                    share?.Invoke(member.RunId, member.Attempt)
                    ?? await MemberAsync(stored.Manifest, member, source, cancellation));
            }

            return await MakeAsync(stored, members, withIntervals, cancellation);
        }
        catch
        {
            members.ForEach(m => m.Dispose());
            throw;
        }
    }

    private async Task<LoadedModel> MemberAsync(
        ArtifactManifest owner, ManifestMember member, ArtifactSource source, CancellationToken cancellation)
    {
        try
        {
            var stored = await artifacts.OpenAsync(member.RunId, member.Attempt, member.ManifestSha256, source, cancellation);
            var found = stored.Manifest;
            if (found.Members is not null || (found.ModelType, found.ConfigHash) != (member.ModelType, owner.ConfigHash))
            {
                throw new CorruptArtifactException(
                    $"its manifest is of {found.ModelType} on the data {found.ConfigHash}, not of {member.ModelType} on "
                    + $"{owner.ConfigHash}.");
            }

            return await MakeAsync(stored, [], withIntervals: true, cancellation);
        }
        catch (CorruptArtifactException e)
        {
            throw new CorruptMemberException(
                member.RunId, $"Run {owner.RunId} cannot do without its member {member.ModelType} run {member.RunId}: {e.Message}", e);
        }
    }

    private async Task<LoadedModel> MakeAsync(
        StoredModel stored, List<LoadedModel> members, bool withIntervals, CancellationToken cancellation)
    {
        try
        {
            var intervals = withIntervals ? await IntervalsAsync(stored, cancellation) : null;
            return await threads.RunOnOneAsync(() => Make(stored, members, intervals), cancellation);
        }
        catch (Exception e) when (IsAboutContent(e))
        {
            throw new CorruptArtifactException($"The artifacts of run {stored.Manifest.RunId} do not make a model: {e.Message}", e);
        }
    }

    private LoadedModel Make(StoredModel stored, List<LoadedModel> members, ConformalIntervals? intervals)
    {
        var manifest = stored.Manifest;
        var scaler = Scaler.Load(File(stored, "scaler/scaler.json"));
        var config = PreprocessConfigParser.FromJson(JsonNode.Parse(File(stored, "preprocess/preprocess_config.json"))!.AsObject());
        var before = GC.GetAllocatedBytesForCurrentThread();
        var forecaster = ForecasterCatalog.Get(manifest.ModelType).Load(
            Signature(manifest, scaler),
            manifest.Hyperparameters,
            stored.Folder(manifest.ModelType),
            [.. members.Select(m => m.Forecaster)]);
        forecaster = faults?.Wrap(manifest.RunId.Value, forecaster, scaler) ?? forecaster;
        return new LoadedModel(manifest, forecaster, scaler, config, intervals)
        {
            Members = members,
            Bytes = GC.GetAllocatedBytesForCurrentThread() - before + (intervals?.Bytes ?? 0) + members.Sum(m => m.Bytes),
        };
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
