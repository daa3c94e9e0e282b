namespace FLTS.Forecasting.Faults;

/// <summary>
/// A fault whose message is written for the person who caused it: what is wrong, where, and what would be right. What it tells of that was
/// sent is shown as <see cref="Sentence"/> shows it.
/// </summary>
public abstract class FltsException(string message, Exception? inner = null) : Exception(Sentence.Of(message), inner)
{
    /// <summary>Further members for programs that read the fault.</summary>
    public Dictionary<string, object?> Details { get; } = [];
}
