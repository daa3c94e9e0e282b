using System.Diagnostics.Metrics;

namespace FLTS.Modules.Registry.Artifacts;

/// <summary>Counts how often a file was at hand.</summary>
internal sealed class ArtifactMetrics(IMeterFactory meters)
{
    private readonly LabelledCounter _requests = new(
        meters.Create(FltsTelemetry.MeterOf("Registry")),
        "flts_artifact_cache_requests_total",
        "Files of models asked for, by whether the cache of this process had them.",
        ["result"],
        [["hit"], ["miss"]]);

    public void Hit() => _requests.Add(1, "hit");

    public void Miss() => _requests.Add(1, "miss");
}
