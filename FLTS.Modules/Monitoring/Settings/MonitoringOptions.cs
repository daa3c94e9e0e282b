using System.ComponentModel.DataAnnotations;

namespace FLTS.Modules.Monitoring.Settings;

/// <summary>Section <c>Monitoring</c>.</summary>
internal sealed record MonitoringOptions
{
    public const string Section = "Monitoring";

    public const string Off = "off";

    public const string Alarm = "alarm";

    public const string Act = "act";

    /// <summary>Longest lead of a backtest, in steps; 1 to 10000, default 1000.</summary>
    [Range(1, 10_000)]
    public int MaxLead { get; init; } = 1000;

    /// <summary>Unfinished backtests at most; one more is refused with 429. 1 to 10000, default 100.</summary>
    [Range(1, 10_000)]
    public int MaxUnfinished { get; init; } = 100;

    /// <summary>Backtests the champion in force over the test part of data that was just prepared; true by default.</summary>
    public bool BacktestNewData { get; init; } = true;

    /// <summary>
    /// What is done where a champion's errors drift, its intervals hold no more, or enough rows are new: off (it is noted), alarm (it is
    /// said) or act (a pipeline is started, which the gate judges like any other); default alarm.
    /// </summary>
    [AllowedValues(Off, Alarm, Act)]
    public string Retraining { get; init; } = Alarm;

    /// <summary>
    /// New rows after which a station is trained again whether it drifts or not, where <see cref="Retraining"/> is on; never fewer than a
    /// season and 2 % of train. 0 to 10000000, default 0: by drift alone.
    /// </summary>
    [Range(0, 10_000_000)]
    public int RetrainAfterRows { get; init; }

    /// <summary>
    /// Share of the last day that pipelines started by monitoring may have taken, all stations together; then it is only said. 0.01 to 1,
    /// default 0.25.
    /// </summary>
    [Range(0.01, 1)]
    public double RetrainingShare { get; init; } = 0.25;

    /// <summary>
    /// What is done where live errors say that the version before the champion is better: off (nobody looks), alarm (it is said) or act (it
    /// is put in force again, once in 24 hours at most); default alarm.
    /// </summary>
    [AllowedValues(Off, Alarm, Act)]
    public string Rollback { get; init; } = Alarm;

    /// <summary>
    /// Whether a champion's intervals beyond five steps follow what it missed in the newest seven seasons; true by default. Those of a row
    /// that is written while it is false are the fixed ones.
    /// </summary>
    public bool IntervalWindows { get; init; } = true;

    /// <summary>Seconds between looks for feeds that bring nothing any more; 1 to 3600, default 30.</summary>
    [Range(1, 3600)]
    public int FeedSeconds { get; init; } = 30;

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
