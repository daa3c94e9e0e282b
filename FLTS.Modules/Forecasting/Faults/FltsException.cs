namespace FLTS.Forecasting.Faults;

/// <summary>
/// A fault whose message is written for the person who caused it: what is wrong, where, and what would be right.
/// </summary>
public abstract class FltsException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Further members for programs that read the fault.</summary>
    public Dictionary<string, object?> Details { get; } = [];
}
