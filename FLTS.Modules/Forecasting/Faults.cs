namespace FLTS.Forecasting;

/// <summary>
/// A fault whose message is written for the person who caused it: what is wrong, where, and what would be right.
/// </summary>
public abstract class FltsException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Further members for programs that read the fault.</summary>
    public Dictionary<string, object?> Details { get; } = [];
}

/// <summary>What was sent or stored cannot be used as it is.</summary>
public sealed class InvalidInputException(string message, Exception? inner = null) : FltsException(message, inner);

/// <summary>More than the limit allows.</summary>
public sealed class TooLargeException(string message) : FltsException(message);

/// <summary>Stored bytes are not what the manifest or registry says: never retried, never loaded.</summary>
public sealed class CorruptArtifactException(string message, Exception? inner = null) : FltsException(message, inner);
