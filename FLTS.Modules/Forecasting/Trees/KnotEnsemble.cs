namespace FLTS.Forecasting.Trees;

/// <summary>The trees of one target at one knot.</summary>
/// <param name="IsOverLast">Whether they add to the last value and stand in the base's place; else they add to the base.</param>
/// <param name="Trees">May be none.</param>
internal sealed record KnotEnsemble(bool IsOverLast, TreeEnsemble Trees)
{
    /// <summary>The base alone.</summary>
    public static KnotEnsemble None { get; } = new(false, TreeEnsemble.None);
}
