using System.Text.Json.Nodes;
using FLTS.Modules.Pipeline.Bodies;
using FLTS.Modules.Registry.Schedules;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>A schedule as <c>GET /schedules/{name}</c> answers it; <c>fires</c> are its newest, and null in lists.</summary>
internal sealed record ScheduleView(
    ScheduleName Name,
    string Cron,
    string Zone,
    int JitterSeconds,
    ScheduleOverlap Overlap,
    [property: Shape(typeof(PipelineBody))] JsonNode Pipeline,
    ScheduleOrigin Origin,
    DueTimeView? Next,
    PausedView? Paused,
    IReadOnlyDictionary<string, int> Outcomes,
    IReadOnlyList<FireView>? Fires,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt)
{
    public static ScheduleView Of(
        ScheduleRow row, IEnumerable<(FireOutcome Outcome, int Count)> outcomes, IReadOnlyList<ScheduleFireRow>? fires, DateTimeOffset now)
    {
        var counts = outcomes.ToDictionary(o => o.Outcome, o => o.Count);
        return new(
            row.Name,
            row.Cron,
            row.Zone,
            row.JitterSeconds,
            row.Overlap,
            JsonNode.Parse(row.Request)!,
            row.Origin,
            row.PausedAt is null ? DueTimeView.Next(row, now).FirstOrDefault() : null,
            row.PausedAt is { } since ? new PausedView(since, row.PausedReason!, $"POST /schedules/{row.Name}/resume") : null,
            Enum.GetValues<FireOutcome>().ToDictionary(SnakeCase.Of, o => counts.GetValueOrDefault(o)),
            fires?.Select(FireView.Of).ToList(),
            row.CreatedAt,
            row.ChangedAt);
    }
}

/// <summary>Since when and why a schedule fires no more by itself, and what lets it go on.</summary>
internal sealed record PausedView(DateTimeOffset Since, string Reason, string Resume);

/// <summary>When a schedule is due, on the clock of its zone, and when that is started.</summary>
internal sealed record DueTimeView(DateTimeOffset DueAt, DateTimeOffset FiresAt)
{
    /// <summary>The due times that come.</summary>
    public static IEnumerable<DueTimeView> Next(ScheduleRow row, DateTimeOffset now)
    {
        var times = DueTimes.Of(ScheduleDefinition.Of(row));
        return times.After(now > row.DueThrough ? now : row.DueThrough).Select(t => new DueTimeView(t, times.FireAt(t)));
    }
}

/// <summary>A due time, and what came of it.</summary>
internal sealed record FireView(
    ScheduleName Schedule,
    DateTimeOffset DueAt,
    bool ByHand,
    FireOutcome Outcome,
    PipelineId? PipelineId,
    string? Reason,
    DateTimeOffset? NextTry,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt)
{
    public static FireView Of(ScheduleFireRow row) => new(
        row.Schedule,
        row.DueAt,
        row.ByHand,
        row.Outcome,
        row.PipelineId,
        row.Reason,
        row.NextAttemptAt,
        row.StartedAt,
        row.EndedAt);
}
