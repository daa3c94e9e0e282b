using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Models;

/// <summary>Forecasts as a model is fed them: no further from train than is plausible.</summary>
internal sealed class FedBack
{
    private readonly IReadOnlyList<PlausibleRange>? _ranges;
    private readonly BelowZero? _known;

    /// <param name="signature">The model's.</param>
    /// <param name="history">The rows that it forecasts from.</param>
    public FedBack(ModelSignature signature, PreparedSeries history)
    {
        _ranges = signature.Plausible;
        _known = _ranges is null ? null : PlausibleRange.KnownOf(history, signature.Targets, _ranges);
    }

    /// <summary>What is fed for a forecast from a row.</summary>
    public double Of(int target, double forecast, int origin) =>
        _ranges is null ? forecast : _ranges[target].Clamp(forecast, _known!, target, origin);
}
