namespace FLTS.Modules.Training.References;

/// <summary>Trains the naive references where a pipeline expects them as candidates.</summary>
internal sealed class ReferencesModule : TrainerModule<ReferencesConsumer>
{
    public override string Name => "References";
}
