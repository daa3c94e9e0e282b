using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Models;

/// <summary>What a fitted model needs and gives.</summary>
/// <param name="ModelType">For example <c>LSTM</c>.</param>
/// <param name="Inputs">F input columns in order.</param>
/// <param name="Targets">M target columns in order.</param>
/// <param name="InputLength">Rows it sees.</param>
/// <param name="Horizon">Steps it forecasts before it is fed its own forecasts.</param>
/// <param name="Step">Between rows.</param>
/// <param name="LeadFromEndOfTrain">True for models that extrapolate from the end of train instead of from the origin (Prophet).</param>
/// <param name="Ahead">See <see cref="KnownAhead"/>; null: none.</param>
/// <param name="Plausible">[M] On the series' scale, what a forecast is kept within before it is fed back; null: not known.</param>
public sealed record ModelSignature(
    string ModelType,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Targets,
    int InputLength,
    int Horizon,
    SeriesStep Step,
    bool LeadFromEndOfTrain = false,
    IReadOnlyList<string>? Ahead = null,
    IReadOnlyList<PlausibleRange>? Plausible = null)
{
    /// <summary>
    /// Inputs whose values at the coming steps the model takes as known (Prophet's regressors, caps, conditions): true ones in
    /// scoring, the client's in serving.
    /// </summary>
    public IReadOnlyList<string> KnownAhead => Ahead ?? [];
}
