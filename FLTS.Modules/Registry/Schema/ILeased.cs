namespace FLTS.Modules.Registry.Schema;

/// <summary>
/// A step that one worker at a time may do. The token rises at every take-over; every transition is <c>WHERE lease_token = mine</c>.
/// </summary>
internal interface ILeased
{
    /// <summary>0 until the first take-over.</summary>
    long LeaseToken { get; set; }

    /// <summary>Process that holds it; null when free.</summary>
    string? LeaseOwner { get; set; }

    /// <summary>Milliseconds since the Unix epoch by the database's clock; the lease expires 10 s after it.</summary>
    long? LeaseHeartbeat { get; set; }

    /// <summary>Tries that could not go on and are repeated.</summary>
    int Tries { get; set; }

    /// <summary>
    /// Those of them that ended in something unforeseen; at three the step fails for good. 0 again when it succeeds or is asked for again.
    /// </summary>
    int Faults { get; set; }

    /// <summary>Times a worker died holding the lease; at three the step fails for good.</summary>
    int Deaths { get; set; }

    /// <summary>Not tried again before this time; null: at once.</summary>
    DateTimeOffset? NextAttemptAt { get; set; }

    /// <summary>Last error, in a sentence.</summary>
    string? Error { get; set; }
}
