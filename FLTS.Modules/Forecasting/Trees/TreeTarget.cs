namespace FLTS.Forecasting.Trees;

/// <summary>What a tree ensemble's output means: the target itself, or its change since the last known row.</summary>
public enum TreeTarget
{
    Level,
    Residual,
}
