using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Evaluation.Gate;

/// <summary>Who is promoted (FORECASTING.md 7). A pure function of the scores.</summary>
internal static class PromotionDecision
{
    private const string Naive = "NAIVE";

    public static Decision Decide(
        IReadOnlyList<Contender> contenders,
        IReadOnlyList<ReferenceLine> references,
        ChampionLine? champion,
        long sequence,
        EvaluationPolicy policy,
        bool force = false)
    {
        if (champion is not null && sequence < champion.Sequence && !force)
        {
            var newer = $"a newer pipeline (sequence {champion.Sequence}) of this identifier "
                + $"was promoted before this one (sequence {sequence})";
            return new Decision(AttemptOutcome.Superseded, null, newer, false);
        }

        var ranked = Ranked(contenders, champion).ToList();
        if (ranked.Count == 0)
            return new Decision(AttemptOutcome.Failed, null, $"no candidate could be scored: {WhyNot(contenders)}", false);

        // The run in force may always stay; force is a person's word.
        var held = EnsembleRule.WhyNot(ranked, policy.MinImprovement);
        if (ranked.Find(c => force || c.RunId == champion?.RunId || !(c.RolledBack || IsHeld(c))) is not { } best)
        {
            var first = ranked.First(c => c.RolledBack);
            var rolledBack = $"{first.ModelType} run {first.RunId} was rolled back from and may not win by itself again";
            return new Decision(AttemptOutcome.KeptChampion, null, rolledBack, false);
        }

        var margin = champion?.Score is { } inForce && best.RunId != champion.RunId
            ? Margin.Of(best.Score!.Value, best.StandardError, inForce)
            : null;
        var decision = Decide(best, references, champion, margin, policy, force) with { Margin = margin };
        return ranked.TakeWhile(c => c != best).Any(IsHeld) ? decision with { Reason = $"{decision.Reason}; {held}" } : decision;

        bool IsHeld(Contender contender) => held is not null && EnsembleRule.IsEnsemble(contender);
    }

    private static Decision Decide(
        Contender best,
        IReadOnlyList<ReferenceLine> references,
        ChampionLine? champion,
        Margin? margin,
        EvaluationPolicy policy,
        bool force)
    {
        var score = best.Score!.Value;
        var unbeaten = references.Where(r => r.ModelType != best.ModelType && r.Score <= score).Select(r => r.ModelType).ToList();
        var below = unbeaten.Count > 0 && policy.BaselineGate != BaselineGate.Off;
        var marks = below ? $"; below_baseline: does not beat {string.Join(", ", unbeaten)}" : "";
        if (best.Implausible is { } far)
            marks += $"; implausible: {far}";
        if (force)
            return new Decision(AttemptOutcome.Promoted, best.RunId, $"forced{marks}", below);

        // The gate first: what stays in force anyway is not blocked.
        if (WhyTheChampionStays(best, references, champion, margin, policy) is { } kept)
            return new Decision(AttemptOutcome.KeptChampion, null, kept, below);
        if (best.Implausible is { } implausible)
            return new Decision(AttemptOutcome.Implausible, null, $"{best.ModelType} is the best candidate, but {implausible}", below);

        return below && policy.BaselineGate == BaselineGate.Block
            ? new Decision(AttemptOutcome.BelowBaseline, null, $"{best.ModelType} does not beat {string.Join(", ", unbeaten)}", true)
            : new Decision(AttemptOutcome.Promoted, best.RunId, WhyTheBestWins(best, champion, margin, policy) + marks, below);
    }

    private static string WhyNot(IReadOnlyList<Contender> contenders) => string.Join("; ", contenders
        .OrderBy(c => c.TypeOrder)
        .ThenBy(c => c.RunId.Value, StringComparer.Ordinal)
        .Select(c => $"{c.ModelType}: {c.NotScored ?? "it has no score"}"));

    /// <summary>Best first: score, then the champion, then the order of types, then the run.</summary>
    public static IEnumerable<Contender> Ranked(IEnumerable<Contender> contenders, ChampionLine? champion) => contenders
        .Where(c => c.Score is not null)
        .OrderBy(c => c.Score)
        .ThenBy(c => c.RunId == champion?.RunId ? 0 : 1)
        .ThenBy(c => c.TypeOrder)
        .ThenBy(c => c.RunId.Value, StringComparer.Ordinal);

    /// <summary>Why the champion stays; null where it does not.</summary>
    private static string? WhyTheChampionStays(
        Contender best, IReadOnlyList<ReferenceLine> references, ChampionLine? champion, Margin? margin, EvaluationPolicy policy)
    {
        if (champion is null)
            return null;
        if (champion.RunId == best.RunId)
            return "the champion is still the best";
        if (policy.PromotionPolicy == PromotionRule.BestOfConfig)
            return null;

        if (margin is null)
        {
            var naive = references.FirstOrDefault(r => r.ModelType == Naive)?.Score;
            return best.ModelType == Naive || best.Score >= naive
                ? $"champion_incomparable ({champion.Incomparable}), and {best.ModelType} does not beat NAIVE"
                : null;
        }

        return margin.Exceeds(policy.MinImprovement)
            ? null
            : $"{Compared(best, champion, margin)}: not better by {Percent(policy.MinImprovement)} and more than chance";
    }

    private static string WhyTheBestWins(Contender best, ChampionLine? champion, Margin? margin, EvaluationPolicy policy) => champion switch
    {
        null => FormattableString.Invariant($"{best.ModelType} is the best candidate (score {best.Score:0.######}); there was no champion"),
        _ when policy.PromotionPolicy == PromotionRule.BestOfConfig =>
            $"{best.ModelType} is the best of its configuration (promotion_policy best_of_config)",
        _ when margin is not null => Compared(best, champion, margin),
        _ => $"champion_incomparable ({champion.Incomparable}); {best.ModelType} beats NAIVE",
    };

    private static string Compared(Contender best, ChampionLine champion, Margin margin) => FormattableString.Invariant(
        $"{best.ModelType} scores {best.Score:0.######}, the champion {champion.Score:0.######} ({margin})");

    private static string Percent(double share) => FormattableString.Invariant($"{share:P1}");
}
