using System.Diagnostics.Metrics;

namespace FLTS.Modules.Registry.Measurements;

/// <summary>Counts the rows that this process was sent.</summary>
internal sealed class MeasurementCounter
{
    private readonly LabelledCounter _rows;

    public MeasurementCounter(IMeterFactory meters) => _rows = new LabelledCounter(
        meters.Create(FltsTelemetry.MeterOf("Measurements")),
        "flts_measurements_total",
        "Measurements that this process was sent, by what became of them.",
        ["result"],
        [["new"], ["late"], ["corrected"], ["unchanged"], ["refused"]]);

    public void Count(TakenRows taken)
    {
        _rows.Add(taken.New, "new");
        _rows.Add(taken.Late, "late");
        _rows.Add(taken.Corrected, "corrected");
        _rows.Add(taken.Unchanged, "unchanged");
    }

    /// <summary>Rows that could not be used; none of their request was stored.</summary>
    public void Refused(int rows) => _rows.Add(rows, "refused");
}
