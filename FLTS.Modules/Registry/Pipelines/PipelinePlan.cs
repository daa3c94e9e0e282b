namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Everything a pipeline is made of, before any row is written.</summary>
internal sealed record PipelinePlan(
    DatasetName Dataset,
    Identifier Identifier,
    ConfigHash ConfigHash,
    string Config,
    IReadOnlyList<PlannedRun> Runs,
    EvaluationPolicy Evaluation,
    bool ForceReprocess,
    bool ForceRetrain);
