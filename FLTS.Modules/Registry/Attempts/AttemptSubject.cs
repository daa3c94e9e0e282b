namespace FLTS.Modules.Registry.Attempts;

/// <summary>What an attempt to promote is about.</summary>
/// <param name="ConfigHash">The data of its candidates.</param>
/// <param name="Identifier">Whose champion it may change.</param>
/// <param name="PipelineId">The pipeline whose story it is; null for a rollback.</param>
/// <param name="Sequence">Of that pipeline; of the champion in force for a rollback.</param>
/// <param name="Candidates">JSON array of run ids, in order: the same candidates are the same text.</param>
/// <param name="Policy">JSON: the evaluation policy.</param>
internal sealed record AttemptSubject(
    ConfigHash ConfigHash, Identifier Identifier, PipelineId? PipelineId, long Sequence, string Candidates, string Policy);
