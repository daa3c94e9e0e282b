using System.Diagnostics.Metrics;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>Counts what this process noticed of stations.</summary>
internal sealed class DriftMetrics
{
    private readonly LabelledCounter _events;

    public DriftMetrics(IMeterFactory meters) => _events = new LabelledCounter(
        meters.Create(FltsTelemetry.MeterOf("Monitoring")),
        "flts_drift_events_total",
        "What this process noticed of stations, by what it was and by what is done about it.",
        ["kind", "action"],
        from kind in Enum.GetValues<DriftKind>()
        from action in Enum.GetValues<DriftAction>()
        select new[] { SnakeCase.Of(kind), SnakeCase.Of(action) });

    public void Count(DriftKind kind, DriftAction action) => _events.Add(1, SnakeCase.Of(kind), SnakeCase.Of(action));
}
