namespace FLTS.Modules.Inference.Protocols;

/// <summary>
/// A model that is served. <paramref name="KnownAhead"/>: columns whose coming values every request must bring as <c>future</c>.
/// </summary>
internal sealed record LoadedModelView(
    Identifier Identifier,
    RunId RunId,
    string ModelType,
    int Version,
    ConfigHash ConfigHash,
    int InputLen,
    int Horizon,
    double StepSeconds,
    IReadOnlyList<string> Targets,
    IReadOnlyList<string> KnownAhead);

/// <summary>What this process serves.</summary>
internal sealed record LoadedModels(IReadOnlyList<LoadedModelView> Items, string? Next);
