using System.Diagnostics.Metrics;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Training;

/// <summary>How long trainings take and how they end.</summary>
internal sealed class TrainingMetrics(IMeterFactory meters, Histograms histograms, RunCounter runs)
{
    private readonly Histogram<double> _duration = histograms.Seconds(
        meters.Create(FltsTelemetry.MeterOf("Training")),
        "flts_training_duration_seconds",
        "Seconds that one fit took, from reading its data to its staged files.",
        "model_type",
        ForecasterCatalog.All.Select(f => f.ModelType));

    /// <summary>A run has come to its end.</summary>
    public void Ended(string modelType, RunStatus status) => runs.Count(modelType, status);

    /// <param name="modelType">What was fitted.</param>
    /// <param name="seconds">That it took.</param>
    public void Fitted(string modelType, double seconds) =>
        _duration.Record(seconds, new KeyValuePair<string, object?>("model_type", modelType));
}
