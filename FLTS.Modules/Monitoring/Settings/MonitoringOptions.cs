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
}
