namespace FLTS.Forecasting.Faults;

/// <summary>More than the limit allows.</summary>
public sealed class TooLargeException(string message) : FltsException(message);
