using System.ComponentModel.DataAnnotations;

namespace FLTS.Modules.Access;

/// <summary>Section <c>Access</c>.</summary>
internal sealed record AccessOptions
{
    public const string Section = "Access";

    /// <summary>Keys that have not ended, at most; 1 to 10000, default 1000.</summary>
    [Range(1, 10_000)]
    public int MaxKeys { get; init; } = 1000;

    /// <summary>Sessions of a key at most; one more ends the one that was unused for longest. 1 to 1000, default 100.</summary>
    [Range(1, 1000)]
    public int MaxSessions { get; init; } = 100;

    /// <summary>Hours without use after which a session ends; 0.1 to 168, default 12.</summary>
    [Range(0.1, 168)]
    public double SessionIdleHours { get; init; } = 12;

    /// <summary>Days after which a session ends however much it is used; 0.01 to 7, default 7.</summary>
    [Range(0.01, 7)]
    public double SessionDays { get; init; } = 7;

    /// <summary>Days for which the audit is kept; 1 to 3650, default 400.</summary>
    [Range(1, 3650)]
    public int AuditDays { get; init; } = 400;
}
