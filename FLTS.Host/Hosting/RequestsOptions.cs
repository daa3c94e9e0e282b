using System.ComponentModel.DataAnnotations;

namespace FLTS.Host.Hosting;

/// <summary>
/// Section <c>Requests</c>: how many calls a caller (a key; without one an address) may make, how many connections are held, and how slow
/// who sends may be. Of every process by itself.
/// </summary>
internal sealed record RequestsOptions
{
    public const string Section = "Requests";

    /// <summary>Calls a second of a caller, forecasts and appended rows not counted; 0 (no limit) to 1000000, default 200.</summary>
    [Range(0, 1_000_000)]
    public int PerSecond { get; init; } = 200;

    /// <summary>Of these at the same time; 0 (no limit) to 1000000, default 64.</summary>
    [Range(0, 1_000_000)]
    public int AtOnce { get; init; } = 64;

    /// <summary>Forecasts a second of a caller; 0 (default: no limit, <c>Inference:QueueLength</c> bounds what waits) to 1000000.</summary>
    [Range(0, 1_000_000)]
    public int ForecastsPerSecond { get; init; }

    /// <summary>Of these at the same time; 0 (default: no limit) to 1000000.</summary>
    [Range(0, 1_000_000)]
    public int ForecastsAtOnce { get; init; }

    /// <summary>Calls that append rows a second of a caller; 0 (default: no limit) to 1000000.</summary>
    [Range(0, 1_000_000)]
    public int AppendsPerSecond { get; init; }

    /// <summary>Of these at the same time; 0 (default: no limit) to 1000000.</summary>
    [Range(0, 1_000_000)]
    public int AppendsAtOnce { get; init; }

    /// <summary>As many seconds' calls may come at once, after as long without any; 1 to 3600, default 10.</summary>
    [Range(1, 3600)]
    public int BurstSeconds { get; init; } = 10;

    /// <summary>Connections that are held; one more is closed. 0 (no limit) to 1000000, default 10000.</summary>
    [Range(0, 1_000_000)]
    public int Connections { get; init; } = 10_000;

    /// <summary>Of these from one address; 0 (no limit) to 1000000, default 2000.</summary>
    [Range(0, 1_000_000)]
    public int ConnectionsPerAddress { get; init; } = 2000;

    /// <summary>Seconds within which the head of a request must have come; 1 to 600, default 15.</summary>
    [Range(1, 600)]
    public int HeadSeconds { get; init; } = 15;

    /// <summary>Bytes a second that a body must bring, and an answer be taken, on average; 0 (no limit) to 2^20, default 1024.</summary>
    [Range(0, 1 << 20)]
    public int BytesPerSecond { get; init; } = 1024;

    /// <summary>Seconds before that is asked of a body or an answer; 2 to 600, default 5.</summary>
    [Range(2, 600)]
    public int GraceSeconds { get; init; } = 5;
}
