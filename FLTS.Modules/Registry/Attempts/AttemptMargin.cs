namespace FLTS.Modules.Registry.Attempts;

/// <summary>What the gate compared (FORECASTING.md 7).</summary>
/// <param name="LogRatio">Log of the best candidate's decisive score over the champion's: below 0 where it is better.</param>
/// <param name="StandardError">Of that; null where it cannot be told.</param>
internal sealed record AttemptMargin(double LogRatio, double? StandardError);
