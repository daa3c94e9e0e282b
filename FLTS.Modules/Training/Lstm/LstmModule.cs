namespace FLTS.Modules.Training.Lstm;

/// <summary>Trains LSTM.</summary>
internal sealed class LstmModule : TrainerModule<LstmConsumer>
{
    internal const string Type = "LSTM";

    public override string Name => "Lstm";
}
