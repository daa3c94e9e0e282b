using System.ComponentModel.DataAnnotations;

namespace FLTS.Modules.Monitoring.Settings;

/// <summary>Section <c>Monitoring</c>.</summary>
internal sealed record MonitoringOptions
{
    public const string Section = "Monitoring";

    /// <summary>Longest lead of a backtest, in steps; 1 to 10000, default 1000.</summary>
    [Range(1, 10_000)]
    public int MaxLead { get; init; } = 1000;

    /// <summary>Unfinished backtests at most; one more is refused with 429. 1 to 10000, default 100.</summary>
    [Range(1, 10_000)]
    public int MaxUnfinished { get; init; } = 100;

    /// <summary>Backtests the champion in force over the test part of data that was just prepared; true by default.</summary>
    public bool BacktestNewData { get; init; } = true;

    /// <summary>Rows whose forecasts are scored live in one turn of a station; 100 to 100000, default 2000.</summary>
    [Range(100, 100_000)]
    public int LiveRows { get; init; } = 2000;

    /// <summary>MB that models may hold which are scored live; the longest not needed go first. 1 to 1000000, default 256.</summary>
    [Range(1, 1_000_000)]
    public int LiveModelMb { get; init; } = 256;

    /// <summary>MB that the newest rows of datasets may hold which are scored live; as above. 1 to 1000000, default 256.</summary>
    [Range(1, 1_000_000)]
    public int LiveRowMb { get; init; } = 256;

    /// <summary>Most hours of an answer of <c>GET /live</c>, of all models together; 100 to 1000000, default 20000.</summary>
    [Range(100, 1_000_000)]
    public int MaxLiveHours { get; init; } = 20_000;
}
