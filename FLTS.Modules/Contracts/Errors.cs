namespace FLTS.Modules.Contracts;

/// <summary>
/// A fault whose message is written for the person who caused it: what is wrong, where, and what would be right.
/// The host's one exception handler turns it into problem details (RFC 9457).
/// </summary>
public abstract class FltsException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>HTTP status that describes the fault.</summary>
    public abstract int Status { get; }

    /// <summary>Further members of the problem details, for programs that read them.</summary>
    public Dictionary<string, object?> Details { get; } = [];
}

/// <summary>What was sent or stored cannot be used as it is (422).</summary>
public sealed class InvalidInputException(string message, Exception? inner = null) : FltsException(message, inner)
{
    public override int Status => 422;
}

/// <summary>The thing named does not exist (404).</summary>
public sealed class NotFoundException(string message) : FltsException(message)
{
    public override int Status => 404;
}

/// <summary>The state forbids it now (409).</summary>
public sealed class ConflictException(string message) : FltsException(message)
{
    public override int Status => 409;
}

/// <summary>More than the limit allows (413).</summary>
public sealed class TooLargeException(string message) : FltsException(message)
{
    public override int Status => 413;
}

/// <summary>Too many at once (429).</summary>
public sealed class TooManyException(string message, int retryAfterSeconds) : FltsException(message)
{
    public override int Status => 429;

    /// <summary>Seconds after which another try makes sense.</summary>
    public int RetryAfterSeconds { get; } = retryAfterSeconds;
}

/// <summary>A part that is needed is away; trying later can succeed (503).</summary>
public sealed class UnavailableException(string message, Exception? inner = null) : FltsException(message, inner)
{
    public override int Status => 503;
}

/// <summary>Stored bytes are not what the manifest or registry says: never retried, never loaded.</summary>
public sealed class CorruptArtifactException(string message, Exception? inner = null) : FltsException(message, inner)
{
    public override int Status => 422;
}
