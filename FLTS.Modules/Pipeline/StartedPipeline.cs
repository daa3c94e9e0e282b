namespace FLTS.Modules.Pipeline;

/// <summary>What <c>POST /pipelines</c> answers.</summary>
internal sealed record StartedPipeline(string PipelineId, string ConfigHash, string Identifier, long Sequence, string Location);
