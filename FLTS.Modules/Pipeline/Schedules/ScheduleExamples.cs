using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>What the OpenAPI document shows of schedules.</summary>
internal static class ScheduleExamples
{
    private static readonly DateTimeOffset _due = new(2026, 3, 3, 2, 0, 0, TimeSpan.Zero);

    public static JsonObject Request { get; } = new()
    {
        ["cron"] = "0 3 * * *",
        ["zone"] = "Europe/Madrid",
        ["jitter_seconds"] = 600,
        ["overlap"] = "skip",
        ["pipeline"] = new JsonObject { ["dataset"] = "demo" },
    };

    public static FireView Fire { get; } = new(
        new("nightly"), _due, false, FireOutcome.Started, new("9b1f0c2e"), null, null, _due.AddSeconds(217), null);

    public static DueTimeView Next { get; } = new(
        new(2026, 3, 4, 3, 0, 0, TimeSpan.FromHours(1)), new(2026, 3, 4, 3, 7, 12, TimeSpan.FromHours(1)));

    public static ScheduleView View { get; } = new(
        new("nightly"),
        "0 3 * * *",
        "Europe/Madrid",
        600,
        ScheduleOverlap.Skip,
        new JsonObject { ["dataset"] = "demo" },
        ScheduleOrigin.Api,
        Next,
        null,
        new Dictionary<string, int>
        {
            ["waiting"] = 0,
            ["started"] = 1,
            ["finished"] = 41,
            ["failed"] = 0,
            ["skipped_no_data"] = 2,
            ["skipped_overlap"] = 0,
            ["missed"] = 1,
        },
        [Fire],
        _due.AddDays(-45),
        _due.AddDays(-45));
}
