namespace FLTS.Modules.Registry.Runs;

/// <summary>What <c>POST /runs/{run_id}/rerun</c> answers: the new run and the pipeline it is part of.</summary>
internal sealed record RerunRun(RunId RunId, RunId Replaces, int Generation, PipelineId PipelineId, string Location);
