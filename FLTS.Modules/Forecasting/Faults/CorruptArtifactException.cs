namespace FLTS.Forecasting.Faults;

/// <summary>Stored bytes are not what the manifest or registry says: never retried, never loaded.</summary>
public class CorruptArtifactException(string message, Exception? inner = null) : FltsException(message, inner);
