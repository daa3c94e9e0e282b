using System.ComponentModel.DataAnnotations;

namespace FLTS.Modules.Page.Settings;

/// <summary>Section <c>Page</c>.</summary>
internal sealed record PageOptions
{
    public const string Section = "Page";

    /// <summary>
    /// Connections to <c>GET /events</c> at once, by each key (all its sessions together), or by each address without one; 1 to 1000,
    /// default 20.
    /// </summary>
    [Range(1, 1000)]
    public int MaxEventConnections { get; init; } = 20;

    /// <summary>Seconds after which a connection that nothing is to be told on is sent a heartbeat; 0.1 to 300, default 15.</summary>
    [Range(0.1, 300)]
    public double HeartbeatSeconds { get; init; } = 15;

    /// <summary>Seconds after a start when what is opened first is made once; 0 to 3600, default 3; 0: not at all.</summary>
    [Range(0, 3600)]
    public double WarmUpSeconds { get; init; } = 3;
}
