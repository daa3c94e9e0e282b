namespace FLTS.Modules.Registry.Runs;

/// <summary>What <c>POST /runs/{run_id}/rerun</c> answers: the new run and the pipeline it is part of.</summary>
internal sealed record RerunRun(string RunId, string Replaces, int Generation, string PipelineId, string Location);
