namespace FLTS.Modules.Registry.Ledger;

/// <summary>A model in force, with everything that finds its files.</summary>
/// <param name="Identifier">What it forecasts.</param>
/// <param name="Version">Line of the ledger.</param>
/// <param name="RunId">The run that made it.</param>
/// <param name="Attempt">The attempt of the run whose files count.</param>
/// <param name="ManifestSha256">Of <c>manifest.json</c>; null where the artifacts are gone.</param>
/// <param name="ModelType">For example GRU.</param>
/// <param name="ConfigHash">The data it was trained on.</param>
internal sealed record ServedChampion(
    Identifier Identifier, int Version, RunId RunId, int Attempt, string? ManifestSha256, string ModelType, ConfigHash ConfigHash);
