using System.Diagnostics.Metrics;

namespace FLTS.Modules.Registry.Retention;

/// <summary>Counts what was removed from the store.</summary>
internal sealed class PrunedBytes
{
    private long _bytes;

    public PrunedBytes(IMeterFactory meters) => meters.Create(FltsTelemetry.MeterOf("Registry")).CreateObservableCounter(
        "flts_pruned_bytes_total", () => Interlocked.Read(ref _bytes), description: "Bytes of objects that nobody needed any more.");

    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
