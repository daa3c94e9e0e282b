namespace FLTS.Modules.Contracts;

/// <summary>Which HTTP status tells a fault: the only place that knows.</summary>
public static class FaultStatus
{
    /// <summary>422 for what cannot be used, and for whatever is not listed; 404, 409, 413, 429, 503 as their faults say.</summary>
    public static int Of(FltsException fault) => fault switch
    {
        NotFoundException => 404,
        ConflictException => 409,
        TooLargeException => 413,
        TooManyException => 429,
        UnavailableException or OverdueException => 503,
        _ => 422,
    };
}
