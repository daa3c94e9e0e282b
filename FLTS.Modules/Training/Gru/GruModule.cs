namespace FLTS.Modules.Training.Gru;

/// <summary>Trains GRU.</summary>
internal sealed class GruModule : TrainerModule<GruConsumer>
{
    internal const string Type = "GRU";

    public override string Name => "Gru";
}
