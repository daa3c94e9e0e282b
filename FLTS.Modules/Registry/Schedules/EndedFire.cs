using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Schedules;

/// <summary>A fire that has come to its end.</summary>
/// <param name="Fire">As it was before.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Reason">Why, where it did not finish.</param>
/// <param name="IsPaused">With it, its schedule was paused.</param>
internal sealed record EndedFire(ScheduleFireRow Fire, FireOutcome Outcome, string? Reason, bool IsPaused);
