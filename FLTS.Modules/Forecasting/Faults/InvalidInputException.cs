namespace FLTS.Forecasting.Faults;

/// <summary>What was sent or stored cannot be used as it is.</summary>
public sealed class InvalidInputException(string message, Exception? inner = null) : FltsException(message, inner);
