namespace FLTS.Modules.Training.LightGbm;

/// <summary>Trains LIGHTGBM.</summary>
internal sealed class LightGbmModule : TrainerModule<LightGbmConsumer>
{
    internal const string Type = "LIGHTGBM";

    public override string Name => "LightGbm";
}
