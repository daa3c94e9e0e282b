namespace FLTS.Forecasting.Trees;

/// <summary>What is to be learned from some rows.</summary>
/// <param name="Rows">[N] Of <see cref="BinnedRows"/>, ascending.</param>
/// <param name="Labels">[N] What the trees should give.</param>
/// <param name="Bar">Sum of squared errors that there is without trees: they are kept where theirs is less.</param>
internal sealed record Examples(int[] Rows, float[] Labels, double Bar = double.PositiveInfinity);
