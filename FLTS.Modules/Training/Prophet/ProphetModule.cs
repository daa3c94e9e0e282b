namespace FLTS.Modules.Training.Prophet;

/// <summary>Trains PROPHET.</summary>
internal sealed class ProphetModule : TrainerModule<ProphetConsumer>
{
    internal const string Type = "PROPHET";

    public override string Name => "Prophet";
}
