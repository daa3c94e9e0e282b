using System.Diagnostics.Metrics;

namespace FLTS.Modules.Registry.Steps;

/// <summary>How long steps take.</summary>
internal sealed class StepMetrics(IMeterFactory meters)
{
    private readonly Histogram<double> _duration = meters.Create(FltsTelemetry.MeterOf("Registry")).CreateHistogram<double>(
        "flts_pipeline_stage_duration_seconds", "s", "Seconds that the work of a step took, from its beginning to its end.");

    /// <param name="step">Name of the step.</param>
    /// <param name="seconds">From its beginning on.</param>
    public void Done(string step, double seconds) => _duration.Record(seconds, new KeyValuePair<string, object?>("stage", step));
}
