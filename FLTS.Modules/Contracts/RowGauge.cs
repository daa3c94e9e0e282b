namespace FLTS.Modules.Contracts;

/// <summary>
/// A gauge whose series are read from rows at each scrape: one that no row stands for any more is gone. An instrument of the meter API
/// cannot do that: its exporter keeps every series it once saw.
/// </summary>
/// <param name="Name">As API.md lists it.</param>
/// <param name="Help">What it tells, in a sentence.</param>
/// <param name="Series">Labels by name and the value, a series each.</param>
public sealed record RowGauge(
    string Name, string Help, IReadOnlyList<(IReadOnlyList<(string Label, string Value)> Labels, double Value)> Series);

/// <summary>Reads the gauges that live in rows.</summary>
public interface IRowGauges
{
    /// <summary>All of them; one that cannot be read now has no series.</summary>
    Task<IReadOnlyList<RowGauge>> ReadAsync(CancellationToken cancellation);
}
