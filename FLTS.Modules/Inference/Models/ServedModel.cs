using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Artifacts;

namespace FLTS.Modules.Inference.Models;

/// <summary>
/// A champion in memory. Counted by its users: after a swap it lives until the last request that took it has answered, so nobody
/// ever computes with freed memory and no request is dropped.
/// </summary>
internal sealed class ServedModel(Identifier identifier, int version, LoadedModel loaded, StartingRows newest, bool isFromCache)
{
    /// <summary>About what a hand-over to another thread costs: to wake it, and to continue there.</summary>
    private const double MostBriefSeconds = 50e-6;

    /// <summary>Whoever waits behind a quick forecast should not notice.</summary>
    private const double MostQuickSeconds = 0.05;

    private int _users = 1; // The slot's own.
    private volatile StartingRows _newest = newest;
    private volatile ServedIntervals? _adapted;
    private LoadedModel? _before;
    private double _secondsAStep = double.PositiveInfinity; // The fastest so far: what disturbed the others is not the model's.

    public Identifier Identifier { get; } = identifier;

    public int Version { get; } = version;

    /// <summary>Loaded before database and store were there: loaded again when they are, with the newest rows.</summary>
    public bool IsFromCache { get; } = isFromCache;

    public LoadedModel Loaded { get; } = loaded;

    /// <summary>What was left out of the files that it learned from, as sentences: its forecasts say it too.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>What a forecast without rows starts from; <see cref="NewestRows"/> replaces it.</summary>
    public StartingRows Newest { get => _newest; set => _newest = value; }

    /// <summary>Its intervals as its truths have moved them; null: none has, or nobody has looked, and the fixed ones answer.</summary>
    public ServedIntervals? Adapted { get => _adapted; set => _adapted = value; }

    /// <summary>Bytes it holds, with the model before it.</summary>
    public long Bytes => Loaded.Bytes + (Before?.Bytes ?? 0) + BytesOf(Newest.Series) + BytesOf(Newest.Tail);

    /// <summary>The model that it replaced, warm for a rollback.</summary>
    public LoadedModel? Before => Volatile.Read(ref _before);

    /// <summary>Rises with every use of any model: who has the lowest was not asked for the longest.</summary>
    public long LastUse { get; set; }

    /// <summary>Held by whoever looks for newer rows. Needs no disposal: nobody asks for its wait handle.</summary>
    public SemaphoreSlim Looking { get; } = new(1, 1);

    public ServingModel Serving { get; } = new(loaded.Config, loaded.Scaler, loaded.Forecaster.Signature);

    public ForecastRestorer Restorer { get; } = new(
        loaded.Scaler, loaded.Manifest.Targets, loaded.Forecaster.Signature.Step);

    /// <summary>What a step of a forecast takes, of as many as the model makes at once; of an ENSEMBLE by all its members.</summary>
    public FitEstimate Step { get; } = FitEstimate.Together(loaded.Computing.Select(m => ForecasterCatalog.Get(m.ModelType)
            .EstimateForecast(
                m.Hyperparameters,
                new FitSize(1, loaded.Manifest.Inputs.Count, loaded.Manifest.Targets.Count),
                windows: 1,
                loaded.Manifest.Horizon)))
        .Times(1.0 / loaded.Manifest.Horizon);

    public ConformalIntervals Intervals => Loaded.Intervals;

    /// <summary>Whether a forecast takes so long that others must not wait behind it: by those before, at first by its sum.</summary>
    public bool IsLong(int steps)
    {
        var took = Volatile.Read(ref _secondsAStep);
        return double.IsFinite(took) ? took * steps > MostQuickSeconds : Step.Times(steps).IsLong;
    }

    /// <summary>Whether a forecast takes less than it costs to hand it to another thread, by those before: batches save nothing.</summary>
    public bool IsBrief(int steps) => Volatile.Read(ref _secondsAStep) * steps < MostBriefSeconds;

    /// <summary>A step of a forecast took so long.</summary>
    public void Took(double seconds)
    {
        if (seconds < Volatile.Read(ref _secondsAStep))
            Volatile.Write(ref _secondsAStep, seconds);
    }

    /// <summary>False: it is gone, look at the slot again.</summary>
    public bool TryAcquire()
    {
        while (true)
        {
            var users = Volatile.Read(ref _users);
            if (users == 0)
                return false;
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;

        Loaded.Dispose();
        ForgetBefore();
    }

    /// <summary>Keeps the model that this one takes the place of; before anybody asks this one.</summary>
    public void Remember(ServedModel replaced)
    {
        var before = replaced.Loaded == Loaded ? replaced.Before : replaced.Loaded;
        if (before?.TryShare() == true)
            Interlocked.Exchange(ref _before, before)?.Dispose();
    }

    /// <summary>Lets the model before it go, where memory is short.</summary>
    public void ForgetBefore() => Interlocked.Exchange(ref _before, null)?.Dispose();

    private static long BytesOf(RawTable? tail) => tail is null ? 0 : (long)tail.Rows * (tail.Columns.Count + 1) * sizeof(double);

    private static long BytesOf(PreparedSeries? series) =>
        series is null ? 0 : (long)series.Rows * ((series.Columns.Count * (sizeof(double) + 1)) + sizeof(long) + sizeof(int));
}
