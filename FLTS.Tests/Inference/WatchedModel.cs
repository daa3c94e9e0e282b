using System.Text;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Protocols;
using FLTS.Modules.Registry.Artifacts;

namespace FLTS.Tests.Inference;

/// <summary>
/// A forecaster that notices when somebody computes with it after it was freed, or frees it while somebody computes. A real one
/// would crash the process now and then, or nothing would be seen.
/// </summary>
internal sealed class WatchedForecaster(ModelSignature signature, double value, Action? computing) : IFittedForecaster
{
    private int _inside;
    private int _disposals;
    private int _faults;

    public int Disposals => Volatile.Read(ref _disposals);

    /// <summary>Computations that met a freed model.</summary>
    public int Faults => Volatile.Read(ref _faults);

    public ModelSignature Signature { get; } = signature;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps)
    {
        var forecast = new double[windows.Count, steps, Signature.Targets.Count];
        Compute();
        for (var n = 0; n < windows.Count; n++)
        {
            for (var h = 0; h < steps; h++)
            {
                for (var m = 0; m < Signature.Targets.Count; m++)
                    forecast[n, h, m] = value;
            }
        }

        return forecast;
    }

    public void Compute()
    {
        Interlocked.Increment(ref _inside);
        try
        {
            FaultWhen(Disposals > 0);
            computing?.Invoke();
        }
        finally
        {
            FaultWhen(Disposals > 0);
            Interlocked.Decrement(ref _inside);
        }
    }

    public IReadOnlyDictionary<string, byte[]> Save() => throw new NotSupportedException("It is never stored.");

    public void Dispose()
    {
        Interlocked.Increment(ref _disposals);
        FaultWhen(Volatile.Read(ref _inside) > 0);
    }

    private void FaultWhen(bool isFault)
    {
        if (isFault)
            Interlocked.Increment(ref _faults);
    }
}

/// <summary>A model to serve whose every part tells its version: the forecast's value, the run, and the rows it starts from.</summary>
internal sealed class WatchedModel
{
    private const int Rows = 400;

    private static readonly PreparedDataset _dataset = Prepare("station", DatasetClient.Csv(0, Rows), new string('a', 64));

    /// <param name="version">Line of the ledger.</param>
    /// <param name="identifier">What it forecasts.</param>
    /// <param name="isFromCache">Loaded without database and store.</param>
    /// <param name="computing">Happens in every forecast.</param>
    public WatchedModel(int version, string identifier = "station", bool isFromCache = false, Action? computing = null)
    {
        var manifest = Manifest(version, identifier);
        Forecaster = new WatchedForecaster(manifest.Signature(), Scaled(version), computing);
        Loaded = new LoadedModel(manifest, Forecaster, _dataset.Meta.Scaler, _dataset.Meta.Config);
        Served = new ServedModel(new(identifier), version, Loaded, new StartingRows(Newest(version), null, null, null, -1), isFromCache);
    }

    public WatchedForecaster Forecaster { get; }

    public LoadedModel Loaded { get; }

    public ServedModel Served { get; }

    /// <summary>Another forecaster in the same place.</summary>
    public static ServedModel Serve(IFittedForecaster forecaster) => new(
        new("station"),
        1,
        new LoadedModel(Manifest(1, "station"), forecaster, _dataset.Meta.Scaler, _dataset.Meta.Config),
        new StartingRows(Newest(1), null, null, null, -1),
        isFromCache: false);

    /// <summary>What an answer of this version says, whatever else was in force while it was made.</summary>
    public static (int Version, string Run, string At, double Down) Answer(int version) => (
        version,
        $"run-{version}",
        DatasetClient.Start.AddMinutes(RowsOf(version)).ToString("s", System.Globalization.CultureInfo.InvariantCulture),
        _dataset.Meta.Scaler["down"].Inverse(Scaled(version)));

    public static (int Version, string Run, string At, double Down) Said(Forecast answer) =>
        (answer.Version, answer.Manifest.RunId.Value, answer.Step.Show(answer.At(0)), answer.Values[0, 0, 0]);

    /// <summary>A CSV of <see cref="DatasetClient.Csv"/>, prepared as the product does.</summary>
    public static PreparedDataset Prepare(string name, string csv, string sha256, System.Text.Json.Nodes.JsonObject? options = null)
    {
        var config = PreprocessConfigParser.Parse(name, sha256, null, options);
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        return DatasetPreparer.Prepare(config, CsvTableReader.Read(bytes, $"{name}.csv", DatasetPreparer.ReadOptions(config)));
    }

    private static ArtifactManifest Manifest(int version, string identifier)
    {
        var meta = _dataset.Meta;
        return new ArtifactManifest(
            new RunId($"run-{version}"), 1, "NAIVE", new(meta.ConfigHash), new("params"), new(identifier), [], meta.Columns, meta.Targets,
            1, 1, meta.Step.Duration.TotalSeconds, false, null, null, new GoldenPrediction(0, [[0, 0]], 0), null,
            new Dictionary<string, string>(), []);
    }

    private static double Scaled(int version) => version / 1024.0;

    private static int RowsOf(int version) => 100 + (version % 150);

    private static PreparedSeries Newest(int version)
    {
        var (train, rows) = (_dataset.Train, RowsOf(version));
        return new PreparedSeries
        {
            Timestamps = train.Timestamps[..rows],
            Segments = train.Segments[..rows],
            Step = train.Step,
            Columns = train.Columns,
            Values = [.. train.Values.Select(v => v[..rows])],
            Observed = [.. train.Observed.Select(o => o[..rows])],
            Targets = train.Targets,
        };
    }
}
