namespace FLTS.Forecasting.Recurrent.Net;

/// <summary>What the net's output means: the target itself, or its change since the last known row.</summary>
public enum TargetMode
{
    Level,
    Residual,
}
