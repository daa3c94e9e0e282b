using FLTS.Modules.Forecasting;
using FLTS.Modules.Forecasting.Intervals;
using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Registry;

namespace FLTS.Modules.Inference;

/// <summary>
/// A champion in memory. Counted by its users: after a swap it lives until the last request that took it has answered, so nobody
/// ever computes with freed memory and no request is dropped.
/// </summary>
internal sealed class ServedModel(string identifier, int version, LoadedModel loaded, PreparedSeries? newest, string? noNewest, bool isFromCache)
{
    private int _users = 1; // The slot's own.

    public string Identifier { get; } = identifier;

    public int Version { get; } = version;

    /// <summary>Loaded before database and store were there: loaded again when they are, with the newest rows.</summary>
    public bool IsFromCache { get; } = isFromCache;

    public LoadedModel Loaded { get; } = loaded;

    /// <summary>The newest rows that are known, on the model's scale; null where there are none.</summary>
    public PreparedSeries? Newest { get; } = newest;

    /// <summary>Why <see cref="Newest"/> is null.</summary>
    public string? NoNewest { get; } = noNewest;

    public ServingModel Serving { get; } = new(loaded.Config, loaded.Scaler, loaded.Forecaster.Signature);

    public ForecastRestorer Restorer { get; } = new(loaded.Scaler, loaded.Manifest.Targets);

    public ConformalIntervals Intervals { get; } = new(loaded.Residuals, loaded.Manifest.Targets);

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
        if (Interlocked.Decrement(ref _users) == 0)
            Loaded.Dispose();
    }
}
