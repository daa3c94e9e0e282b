using FLTS.Forecasting.Features;
using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Preparation;

/// <summary>What a served model was trained with: how its rows are prepared and what it needs.</summary>
public sealed record ServingModel(PreprocessConfig Config, Scaler Scaler, ModelSignature Signature)
{
    /// <summary>How far back the model's own lag columns reach; 0 where it has none, whatever lags its dataset has.</summary>
    public int LargestLag => Config.Lags
        .Where(lag => Scaler.Columns.Any(c => Signature.Inputs.Contains(Lags.NameOf(c.Name, lag), StringComparer.Ordinal)))
        .DefaultIfEmpty(0)
        .Max();

    /// <summary>Rows needed in one segment: the model's input and what its lags reach back.</summary>
    public int RowsNeeded => Signature.InputLength + LargestLag;
}
