using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Runs;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Everything a pipeline is made of, before any row is written.</summary>
internal sealed record PipelinePlan(PlannedData Data, IReadOnlyList<PlannedRun> Runs, EvaluationPolicy Evaluation, bool ForceRetrain);
