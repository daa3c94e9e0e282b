namespace FLTS.Modules.Registry.Runs;

/// <summary>A model type with its complete hyperparameters, as canonical JSON.</summary>
internal sealed record PlannedRun(string ModelType, string Params, ParamsHash ParamsHash);
