namespace FLTS.Forecasting.Baselines;

/// <summary>A reference has no value for some scored row; the scoreboard says <c>not_applicable</c> with this sentence.</summary>
public sealed class NotApplicableException(string message) : FltsException(message);
