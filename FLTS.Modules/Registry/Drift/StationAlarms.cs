using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Drift;

/// <summary>What was noticed of a station lately.</summary>
/// <param name="Count">How often.</param>
/// <param name="Newest">What, the last time.</param>
/// <param name="At">When that was, by the clock.</param>
internal sealed record StationAlarms(int Count, DriftKind Newest, DateTimeOffset At);
