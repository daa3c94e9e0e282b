namespace FLTS.Modules.Registry.Datasets;

/// <summary>The data of a pipeline, before any row is written.</summary>
/// <param name="Source">Name of the source dataset.</param>
/// <param name="Identifier">Whose data it is.</param>
/// <param name="ConfigHash">Hash of <paramref name="Config"/>.</param>
/// <param name="Config">The preprocess config as canonical JSON.</param>
/// <param name="Anew">Prepared again also where it is ready.</param>
internal sealed record PlannedData(DatasetName Source, Identifier Identifier, ConfigHash ConfigHash, string Config, bool Anew);
