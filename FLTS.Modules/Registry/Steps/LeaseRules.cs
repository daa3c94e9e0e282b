using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Steps;

/// <summary>Rules of a lease.</summary>
internal static class LeaseRules
{
    /// <summary>Time between two heartbeats.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(2);

    /// <summary>A lease whose last heartbeat is older may be taken over.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromSeconds(10);

    /// <summary>True while a live worker holds the row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="databaseNow">Milliseconds since the Unix epoch by the database's clock.</param>
    public static bool IsHeld(ILeased row, long databaseNow) =>
        row.LeaseOwner is not null && row.LeaseHeartbeat is { } beat && databaseNow - beat < (long)Expiry.TotalMilliseconds;
}
