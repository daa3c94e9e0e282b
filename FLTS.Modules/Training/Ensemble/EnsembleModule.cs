namespace FLTS.Modules.Training.Ensemble;

/// <summary>Makes ENSEMBLE.</summary>
internal sealed class EnsembleModule : TrainerModule<EnsembleConsumer>
{
    public override string Name => "Ensemble";
}
