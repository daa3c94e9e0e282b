namespace FLTS.Forecasting.Trees;

/// <summary>Examples of one target.</summary>
/// <param name="Features">[N][<see cref="WindowFeatures.Names"/>] Finite.</param>
/// <param name="Labels">[N] What the trees should give.</param>
internal sealed record TreeExamples(float[][] Features, float[] Labels);
