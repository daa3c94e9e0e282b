using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>A run whose stored artifacts are not what was stored, and how that shows.</summary>
internal sealed record CorruptRun(RunRow Run, string Reason);
