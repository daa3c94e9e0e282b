using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>Examples for the OpenAPI document.</summary>
internal static class LiveExamples
{
    private static readonly RunId _run = new("0199a7b2c3d4");

    private static readonly LiveScoreView _champion = new("0199a7b2c3d4", 150, 150, 0.0213, 0.0341, -0.0008, 0.8, 0.9533, 0.0912);

    public static LiveView Hours { get; } = new(
        new("PobleSec"),
        new("PobleSec"),
        1,
        [1, 2, 5, 10, 15, 30, 60, 90, 180, 360, 720],
        120,
        3600,
        "2018-03-05T15:16:00",
        new DateTimeOffset(2026, 3, 2, 9, 30, 0, TimeSpan.Zero),
        null,
        null,
        [
            new LiveRoleView(LiveRole.Champion, "0199a7b2c3d4", _run, "2018-02-28T02:32:00", null, null),
            new LiveRoleView(LiveRole.Baseline, "0199a7b2c3d4/EWMA", _run, "2018-02-28T02:32:00", null, null),
        ],
        [
            new LiveHourView(
                "2018-03-05T14:00:00",
                false,
                "scored",
                0.8765,
                _champion,
                null,
                null,
                null,
                _champion with { Model = "0199a7b2c3d4/EWMA", Mae = 0.0243, Coverage80 = null, Coverage95 = null, IntervalScore80 = null }),
        ]);

    public static LiveForecastView Forecast { get; } = new(
        new("PobleSec"),
        "0199a7b2c3d4",
        "down",
        80,
        "2018-03-05T14:30:00",
        [
            new LivePointView(1, "2018-03-05T14:32:00", 1.021e8, 0.93e8, 1.12e8, 1.043e8),
            new LivePointView(30, "2018-03-05T15:30:00", 0.987e8, 0.81e8, 1.19e8, null),
        ]);
}
