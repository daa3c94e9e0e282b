using FLTS.Forecasting.Backtests;
using FLTS.Modules.Registry.Backtests;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>Examples for the OpenAPI document.</summary>
internal static class BacktestExamples
{
    private static readonly DateTimeOffset _time = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    private static readonly BacktestId _id = new("5c1e0f77");

    private static readonly RollingScore _score = new(
        7964,
        7964,
        0.0635,
        0.0346,
        0.0040,
        -0.0011,
        new Dictionary<string, RollingTargetScore>
        {
            ["down"] = new(3982, 3982, false, 0.0711, 0.0402, 0.0051, -0.0020, new OriginalErrors(7_112_345.6, 4_021_234.5, -200_123.4)),
        });

    public static StartedBacktest Started { get; } =
        new(_id, new("PobleSec"), new("0199a7b2c3d4"), BacktestStatus.Queued, "/backtests/5c1e0f77");

    public static BacktestView Done { get; } = new(
        _id,
        new("PobleSec"),
        new("0199a7b2c3d4"),
        BacktestStatus.Succeeded,
        "2018-02-28T02:34:00",
        "2018-03-05T15:16:00",
        [1],
        new BacktestResult(
            "GRU", new("e309764d"), "2018-02-28T02:34:00", "2018-03-05T15:16:00", 3600, 3982, 0, false, null, _score,
            [new LeadScore(1, _score)]),
        [new HourScore(1, "2018-02-28T03:00:00", _score with { Cells = 60, Matched = 60 })],
        null,
        _time,
        _time,
        _time.AddSeconds(2),
        null);
}
