using System.Diagnostics.Metrics;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>Counts what this process brought fires of schedules to.</summary>
internal sealed class ScheduleMetrics
{
    private readonly LabelledCounter _fires;

    public ScheduleMetrics(IMeterFactory meters) => _fires = new LabelledCounter(
        meters.Create(FltsTelemetry.MeterOf("Pipeline")),
        "flts_schedule_fires_total",
        "Fires of schedules that this process brought to an outcome; one that started a pipeline counts again at its end.",
        ["outcome"],
        SnakeCase.All<FireOutcome>().Where(o => o != SnakeCase.Of(FireOutcome.Waiting)).Select(o => new[] { o }));

    public void Count(FireOutcome outcome, int count = 1) => _fires.Add(count, SnakeCase.Of(outcome));
}
