using FLTS.Forecasting.Bands;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>What orders the lines of a scoreboard (FORECASTING.md 7): bands that all of them can be judged at, or the horizon.</summary>
internal sealed class DecisiveScores
{
    /// <summary>What a band's score counts as at least, so that none that is next to nothing outweighs the others.</summary>
    private const double Least = 0.001;

    /// <summary>Without so many scored rows nobody knows how far a score depends on them.</summary>
    private const int FewestRows = 100;

    private readonly ScoringResult _scoring;
    private readonly EvaluationPolicy _policy;

    private DecisiveScores(ScoringResult scoring, EvaluationPolicy policy, IReadOnlyList<LeadBand> bands) =>
        (_scoring, _policy, Bands) = (scoring, policy, bands);

    /// <summary>Bands that decide; none: the score over <c>evaluation_horizon</c> does.</summary>
    public IReadOnlyList<LeadBand> Bands { get; }

    /// <summary>Of scored lines. A band that NAIVE, a candidate or the champion has no score at decides nothing.</summary>
    public static DecisiveScores Of(ScoringResult scoring, EvaluationPolicy policy)
    {
        if (policy.Decision != DecisionRule.Bands || NaiveOf(scoring) is not { Bands: { } possible })
            return new DecisiveScores(scoring, policy, []);

        var compared = (scoring.Champion is null ? scoring.Candidates : scoring.Candidates.Append(scoring.Champion))
            .Where(e => e.Score is not null)
            .ToList();
        return new DecisiveScores(scoring, policy, [.. possible
            .Where(b => b is { Indicative: false, Score: not null })
            .Select(b => new LeadBand(b.From, b.To))
            .Where(b => compared.TrueForAll(e => ScoreAt(e, b) is not null))]);
    }

    /// <summary>The lines with their decisive scores.</summary>
    public ScoringResult Applied() => _scoring with
    {
        Candidates = [.. _scoring.Candidates.Select(Scored)],
        References = [.. _scoring.References.Select(Scored)],
        Champion = _scoring.Champion is { } champion ? Scored(champion) : null,
    };

    /// <summary>Standard error of the log of a line's decisive score over another's; null where it cannot be told.</summary>
    public double? StandardError(ScoreboardEntry challenger, ScoreboardEntry champion)
    {
        var frame = _scoring.Frame;
        if (frame.ScoredRows < FewestRows || Errors(challenger) is not { } errors || Errors(champion) is not { } others)
            return null;

        var block = Math.Clamp(Season.Steps(frame.Series.Step) / 2, 1, frame.ScoredRows / 10);
        return errors.StandardErrorOver(others, frame.ScoredRows, block, BandFrame.SeedOf(frame));
    }

    private static ScoreboardEntry? NaiveOf(ScoringResult scoring) => scoring.References.FirstOrDefault(r => r.ModelType == "NAIVE");

    private static double? ScoreAt(ScoreboardEntry entry, LeadBand band) => entry.Bands?.FirstOrDefault(b => b.To == band.To)?.Score;

    private ScoreboardEntry Scored(ScoreboardEntry entry) => entry with { DecisionScore = Score(entry) };

    private double? Score(ScoreboardEntry entry)
    {
        if (Bands.Count == 0)
            return entry.Score;

        var (sum, naive) = (0.0, NaiveOf(_scoring)!);
        foreach (var band in Bands)
        {
            if (ScoreAt(entry, band) is not { } score)
                return null;
            sum += Math.Log(Math.Max(Least, score) / Math.Max(Least, ScoreAt(naive, band)!.Value));
        }

        return Math.Exp(sum / Bands.Count);
    }

    private DecisiveErrors? Errors(ScoreboardEntry entry)
    {
        if (Bands.Count == 0)
            return entry.ByOrigin is { } byOrigin ? new DecisiveErrors([byOrigin], _policy.Weights, 0) : null;

        var parts = Bands.Select(b => entry.ByLead?[b]?.Origins).OfType<OriginErrors>().ToList();
        return parts.Count == Bands.Count ? new DecisiveErrors(parts, _policy.Weights, Least) : null;
    }
}
