namespace FLTS.Modules.Pipeline;

/// <summary>What <c>POST /pipelines/{id}/rerun</c> answers: the pipeline, live again, with its runs.</summary>
internal sealed record RerunPipeline(PipelineId PipelineId, string Stage, long Sequence, IReadOnlyList<RunId> RunIds, string Location);
