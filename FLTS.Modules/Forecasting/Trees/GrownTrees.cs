namespace FLTS.Forecasting.Trees;

/// <summary>An ensemble as it was grown.</summary>
/// <param name="Selected">Without the validation part, which chose how many trees there are.</param>
/// <param name="Kept">As many grown again on all of train, or the same.</param>
/// <param name="IsChecked">False: no row of the validation part can be forecast, so all trees were kept.</param>
internal sealed record GrownTrees(TreeEnsemble Selected, TreeEnsemble Kept, bool IsChecked);
