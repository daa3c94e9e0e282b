using FLTS.Modules.Registry.Artifacts;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>A loaded model that is scored.</summary>
internal sealed record Candidate(RunId RunId, LoadedModel Model);
