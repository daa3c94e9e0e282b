namespace FLTS.Modules.Evaluation.Gate;

/// <summary>
/// An ENSEMBLE costs all its members whenever it is asked: it wins only where it is better than the best of them, which could be served
/// alone, by <c>min_improvement</c> (FORECASTING.md 5). A pure function of the scores.
/// </summary>
internal static class EnsembleRule
{
    /// <summary>Why an ENSEMBLE may not win; null: it may, or there is none.</summary>
    /// <param name="ranked">Those that have a score, best first.</param>
    /// <param name="minImprovement">Of the policy.</param>
    public static string? WhyNot(IReadOnlyList<Contender> ranked, double minImprovement)
    {
        var ensemble = ranked.FirstOrDefault(IsEnsemble);
        var best = ranked.FirstOrDefault(c => !IsEnsemble(c));
        return ensemble?.Score is not { } score || best?.Score is not { } member || Margin.Of(score, null, member).Exceeds(minImprovement)
            ? null
            : FormattableString.Invariant(
                $"{ensemble.ModelType} scores {score:0.######}, its member {best.ModelType} {member:0.######}: not better by ")
                + FormattableString.Invariant($"{minImprovement:P1}");
    }

    /// <summary>Whether it is one.</summary>
    public static bool IsEnsemble(Contender contender) => ForecasterCatalog.IsEnsemble(contender.ModelType);
}
