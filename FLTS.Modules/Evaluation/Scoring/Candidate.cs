using FLTS.Modules.Registry;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>A loaded model that is scored.</summary>
internal sealed record Candidate(string RunId, LoadedModel Model);
