using System.Diagnostics.Metrics;

namespace FLTS.Modules.Preprocessing;

/// <summary>Counts what preparing data found.</summary>
internal sealed class PreprocessingMetrics(IMeterFactory meters)
{
    private readonly LabelledCounter _flat = new(
        meters.Create(FltsTelemetry.MeterOf("Preprocessing")),
        "flts_zero_variance_features_total",
        "Columns that did not vary in the train part, by whose data it was.",
        ["identifier"],
        [[""]]);

    public void Flat(int columns, Identifier identifier) => _flat.Add(columns, identifier.Value);
}
