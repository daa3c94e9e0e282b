using FLTS.Forecasting.Bands;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Evaluation.Scoring;
using FLTS.Tests.Forecasting.Bands;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

[TestFixture, Parallelizable]
internal sealed class DecisiveScoresTests
{
    private static readonly EvaluationPolicy _bands = new() { Decision = DecisionRule.Bands };
    private static readonly EvaluationFrame _frame = EvaluationFrame.Of(Seasons.Hourly(1000), 1);

    [Test]
    public void Over_bands_the_decisive_score_is_the_geometric_mean_against_naive()
    {
        var decisive = Of(_bands, [Line("GRU", 0.2, 0.1, 0.4), Line("LSTM", 0.1, 0.2, 0.2)]);

        Assert.That(decisive.Bands, Is.EqualTo(new[] { new LeadBand(1, 1), new LeadBand(2, 3) }));
        Assert.That(
            decisive.Applied().Candidates.Select(c => c.DecisionScore!.Value),
            Is.EqualTo(new[] { Math.Sqrt(0.1 / 0.2 * 0.4 / 0.4), Math.Sqrt(0.2 / 0.2 * 0.2 / 0.4) }).Within(1e-12));
        Assert.That(decisive.Applied().References[0].DecisionScore, Is.EqualTo(1).Within(1e-12), "NAIVE is its own measure");
    }

    [Test]
    public void Next_to_nothing_counts_as_a_thousandth()
    {
        var decisive = Of(_bands, [Line("GRU", 0, 0, 0.4)]);

        Assert.That(decisive.Applied().Candidates[0].DecisionScore, Is.EqualTo(Math.Sqrt(0.001 / 0.2)).Within(1e-12));
    }

    [Test]
    public void By_horizon_the_score_decides_and_stored_policies_without_a_word_mean_that()
    {
        var decisive = Of(EvaluationPolicy.Parse(), [Line("GRU", 0.2, 0.1, 0.4)]);

        Assert.That((decisive.Bands.Count, decisive.Applied().Candidates[0].DecisionScore), Is.EqualTo((0, (double?)0.2)));
    }

    [Test]
    public void A_band_that_somebody_has_no_score_at_decides_nothing()
    {
        var one = Line("GRU", 0.2, 0.1, 0.4);
        var first = one with { ModelType = "LSTM", Bands = [one.Bands![0]] };

        Assert.That(Of(_bands, [one, first]).Bands, Is.EqualTo(new[] { new LeadBand(1, 1) }));
        Assert.That(Of(_bands, [one], first with { Kind = "champion" }).Bands, Is.EqualTo(new[] { new LeadBand(1, 1) }));
        Assert.That(Of(_bands, [one, ScoreboardEntry.NotScored("candidate", "LSTM", new("b"), "NaN")]).Bands, Has.Count.EqualTo(2));
        Assert.That(
            Of(_bands, [one], ScoreboardEntry.Incomparable("GRU", new("c"), "its step is 60 s")).Bands, Has.Count.EqualTo(2));
    }

    [Test]
    public void Where_no_band_can_be_decided_on_the_horizon_decides()
    {
        var decisive = Of(_bands, [Line("GRU", 0.2, 0.1, 0.4) with { Bands = [] }]);

        Assert.That((decisive.Bands.Count, decisive.Applied().Candidates[0].DecisionScore), Is.EqualTo((0, (double?)0.2)));
    }

    private static DecisiveScores Of(EvaluationPolicy policy, ScoreboardEntry[] candidates, ScoreboardEntry? champion = null) =>
        DecisiveScores.Of(
            new ScoringResult(_frame, candidates, [Line("NAIVE", 0.3, 0.2, 0.4) with { Kind = "reference" }], champion), policy);

    private static ScoreboardEntry Line(string type, double score, double first, double next) =>
        ScoreboardEntry.NotScored("candidate", type, new(type), "") with
        {
            NotApplicable = null,
            Score = score,
            Bands = [Band(1, 1, first), Band(2, 3, next), Band(4, 12, 9, indicative: true)],
        };

    private static BandScore Band(int from, int to, double score, bool indicative = false) =>
        new(from, to, score, score, score, score, null, null, null, null, 10, indicative);
}
