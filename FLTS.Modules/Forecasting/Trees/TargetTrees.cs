namespace FLTS.Forecasting.Trees;

/// <summary>
/// The trees of one target: for the first step, and for all further steps up to the horizon, which are told by a feature which step is
/// meant. Each is null where nothing could be learned: the last value is the forecast then.
/// </summary>
internal sealed record TargetTrees(TreeEnsemble? First, TreeEnsemble? Further);
