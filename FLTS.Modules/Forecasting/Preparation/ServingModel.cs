using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Preparation;

/// <summary>What a served model was trained with: how its rows are prepared and what it needs.</summary>
public sealed record ServingModel(PreprocessConfig Config, Scaler Scaler, ModelSignature Signature)
{
    /// <summary>Rows needed in one segment: the model's input and what its lags reach back.</summary>
    public int RowsNeeded => Signature.InputLength + (Config.Lags.Count == 0 ? 0 : Config.Lags[^1]);
}
