using System.Diagnostics.Metrics;

namespace FLTS.Modules.Registry.Steps;

/// <summary>How long steps take.</summary>
internal sealed class StepMetrics(IMeterFactory meters, Histograms histograms, IEnumerable<Step> steps)
{
    private readonly Histogram<double> _duration = histograms.Seconds(
        meters.Create(FltsTelemetry.MeterOf("Registry")),
        "flts_pipeline_stage_duration_seconds",
        "Seconds that the work of a step took, from its beginning to its end.",
        "stage",
        steps.Select(s => s.Name));

    /// <param name="step">Name of the step.</param>
    /// <param name="seconds">From its beginning on.</param>
    public void Done(string step, double seconds) => _duration.Record(seconds, new KeyValuePair<string, object?>("stage", step));
}
