namespace FLTS.Modules.Evaluation.Gate;

/// <summary>A scored line that may win.</summary>
/// <param name="RunId">The run.</param>
/// <param name="ModelType">Its type.</param>
/// <param name="TypeOrder">Position of the type; the lower one wins a tie.</param>
/// <param name="Score">The decisive one; lower wins; null: could not be scored.</param>
/// <param name="RolledBack">True for a run that was rolled back from: it may not win by itself again.</param>
/// <param name="NotScored">Why it could not be scored; null where it was.</param>
/// <param name="Implausible">Why it is too far off to be served; null where it is not.</param>
internal sealed record Contender(
    RunId RunId,
    string ModelType,
    int TypeOrder,
    double? Score,
    bool RolledBack = false,
    string? NotScored = null,
    string? Implausible = null)
{
    /// <summary>Of the log of its decisive score over the champion's; null where it cannot be told.</summary>
    public double? StandardError { get; init; }
}
