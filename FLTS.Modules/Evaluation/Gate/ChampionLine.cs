namespace FLTS.Modules.Evaluation.Gate;

/// <summary>The champion's line.</summary>
/// <param name="RunId">Its run.</param>
/// <param name="Version">Its version in the ledger.</param>
/// <param name="Sequence">Sequence of the pipeline (or rollback) that put it in force.</param>
/// <param name="Score">The decisive one, on the same cells; null where it cannot be compared.</param>
/// <param name="Incomparable">Why it cannot be compared; null where it can.</param>
internal sealed record ChampionLine(RunId RunId, int Version, long Sequence, double? Score, string? Incomparable);
