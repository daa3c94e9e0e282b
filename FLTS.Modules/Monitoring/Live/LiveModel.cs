using System.Text.Json.Nodes;
using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Preparation;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>A model that is scored live, in memory.</summary>
/// <param name="Model">It, with its scale and intervals.</param>
/// <param name="Config">How the rows that it was trained on were prepared.</param>
/// <param name="DataEnd">The newest row of the data that it was trained or judged on, as its data has times.</param>
/// <param name="Computing">Types and hyperparameters of those that compute when it is asked.</param>
/// <param name="Bytes">That it holds.</param>
/// <param name="Owner">Goes with it.</param>
internal sealed record LiveModel(
    CanonicalModel Model,
    PreprocessConfig Config,
    DateTime DataEnd,
    IReadOnlyList<(string ModelType, JsonObject Hyperparameters)> Computing,
    long Bytes,
    IDisposable Owner) : IDisposable
{
    public ModelSignature Signature => Model.Forecaster.Signature;

    /// <summary>Columns that its rows need.</summary>
    public IReadOnlyList<string> Measured => [.. Model.Scaler.Columns.Select(c => c.Name)];

    /// <summary>Rows that are looked at before an origin, beyond those of a season's profile.</summary>
    public int InputRows => Signature.InputLength + Config.Lags.DefaultIfEmpty(0).Max() + Config.MaxGapSteps;

    public void Dispose() => Owner.Dispose();
}
