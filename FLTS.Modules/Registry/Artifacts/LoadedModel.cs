using System.Text.Json.Nodes;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;

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

    /// <summary>Loaded models that it asks when it is asked; of an ENSEMBLE. They go with it, or with the last who shares them.</summary>
    public IReadOnlyList<LoadedModel> Members { get; init; } = [];

    /// <summary>Bytes that were allocated to make it, and its members: no less than it holds.</summary>
    public long Bytes { get; init; }

    /// <summary>It and its members.</summary>
    public IEnumerable<LoadedModel> All => Members.Prepend(this);

    /// <summary>Whoever computes when it is asked, for sums of what that takes.</summary>
    public IEnumerable<(string ModelType, JsonObject Hyperparameters)> Computing =>
        All.Select(m => (m.Manifest.ModelType, m.Manifest.Hyperparameters));

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
        if (Interlocked.Decrement(ref _users) > 0)
            return;

        Forecaster.Dispose();
        foreach (var member in Members)
            member.Dispose();
    }
}
