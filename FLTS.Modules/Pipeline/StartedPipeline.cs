namespace FLTS.Modules.Pipeline;

/// <summary>What <c>POST /pipelines</c> answers.</summary>
internal sealed record StartedPipeline(PipelineId PipelineId, ConfigHash ConfigHash, Identifier Identifier, long Sequence, string Location);
