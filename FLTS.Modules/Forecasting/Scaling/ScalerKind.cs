namespace FLTS.Forecasting.Scaling;

/// <summary>scikit-learn's scalers of the same names, fitted on train only.</summary>
public enum ScalerKind { MinMax, Standard, Robust, MaxAbs, None }
