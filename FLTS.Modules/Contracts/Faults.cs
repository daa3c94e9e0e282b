namespace FLTS.Modules.Contracts;

/// <summary>The thing named does not exist.</summary>
public sealed class NotFoundException(string message) : FltsException(message);

/// <summary>The state forbids it now.</summary>
public sealed class ConflictException(string message) : FltsException(message);

/// <summary>A part that is needed is away; trying later can succeed.</summary>
public sealed class UnavailableException(string message, Exception? inner = null) : FltsException(message, inner)
{
    /// <summary>What those are told who have shown no key: the message may name hosts and folders.</summary>
    public string ForStrangers { get; init; } =
        "A part that is needed is away now; /readyz says which, and why to those who show a key. Try again in a few seconds.";
}

/// <summary>It was not done in the time that it is given; trying later can succeed.</summary>
public sealed class OverdueException(string message) : FltsException(message);
