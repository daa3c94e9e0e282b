namespace FLTS.Modules.Kit;

/// <summary>Too many at once.</summary>
public sealed class TooManyException(string message, int retryAfterSeconds) : FltsException(message)
{
    /// <summary>Seconds after which another try makes sense.</summary>
    public int RetryAfterSeconds { get; } = retryAfterSeconds;
}
