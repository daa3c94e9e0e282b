using System.Diagnostics.Metrics;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Runs;

/// <summary>Counts what this process does to runs.</summary>
internal sealed class RunCounter
{
    private static readonly RunStatus[] _counted = [RunStatus.Queued, RunStatus.Succeeded, RunStatus.Failed, RunStatus.Cancelled];

    private readonly LabelledCounter _runs;

    public RunCounter(IMeterFactory meters) => _runs = new LabelledCounter(
        meters.Create(FltsTelemetry.MeterOf("Registry")),
        "flts_runs_total",
        "Runs that this process queued or brought to an end.",
        ["model_type", "status"],
        from type in ForecasterCatalog.All.Select(f => f.ModelType)
        from status in _counted
        select new[] { type, SnakeCase.Of(status) });

    /// <summary>A run of the type has come to this status.</summary>
    public void Count(string modelType, RunStatus status) => _runs.Add(1, modelType, SnakeCase.Of(status));
}
