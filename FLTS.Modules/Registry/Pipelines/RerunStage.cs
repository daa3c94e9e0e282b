namespace FLTS.Modules.Registry.Pipelines;

/// <summary>From which stage on a pipeline is run again.</summary>
internal enum RerunStage
{
    Preprocess,
    Train,
    Evaluate,
}
