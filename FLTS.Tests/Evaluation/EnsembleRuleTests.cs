using FLTS.Modules.Evaluation.Gate;
using FLTS.Modules.Registry.Schema;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

[TestFixture]
[Parallelizable]
internal sealed class EnsembleRuleTests
{
    private static readonly Contender _gru = new(new("gru"), "GRU", 0, 0.2);

    [TestCase(0.1989, "ensemble", Description = "0.55 % lower than its best member")]
    [TestCase(0.1991, "gru", Description = "0.45 % lower")]
    [TestCase(0.25, "gru")]
    public void An_ENSEMBLE_wins_only_where_it_is_better_than_its_best_member_by_the_share_of_the_policy(double score, string winner)
    {
        var decision = Decide([Ensemble(score), _gru, new(new("lstm"), "LSTM", 1, 0.3)], champion: null);

        Assert.That((decision.Outcome, decision.SelectedRunId), Is.EqualTo((AttemptOutcome.Promoted, (RunId?)new RunId(winner))));
        const string held = "ENSEMBLE scores 0.1991, its member GRU 0.2: not better by 0.5";
        Assert.That(decision.Reason.Contains(held, StringComparison.Ordinal), Is.EqualTo(score == 0.1991), decision.Reason);
    }

    [Test]
    public void Force_is_a_persons_word() =>
        Assert.That(Decide([Ensemble(0.1999), _gru], champion: null, force: true).SelectedRunId, Is.EqualTo(new RunId("ensemble")));

    [Test]
    public void One_in_force_may_stay() => Assert.That(
        Decide([Ensemble(0.1999), _gru], new ChampionLine(new("ensemble"), 1, 1, 0.1999, null)).Outcome,
        Is.EqualTo(AttemptOutcome.KeptChampion));

    [Test]
    public void Alone_among_the_candidates_it_has_nobody_to_be_better_than() =>
        Assert.That(Decide([Ensemble(0.4)], champion: null).SelectedRunId, Is.EqualTo(new RunId("ensemble")));

    [Test]
    public void Where_its_best_member_was_rolled_back_from_neither_wins()
    {
        var decision = Decide([Ensemble(0.1999), _gru with { RolledBack = true }], champion: null);

        Assert.That((decision.Outcome, decision.SelectedRunId), Is.EqualTo((AttemptOutcome.KeptChampion, (RunId?)null)));
        Assert.That(decision.Reason, Does.StartWith("GRU run gru was rolled back from"));
    }

    private static Contender Ensemble(double score) => new(new("ensemble"), "ENSEMBLE", 8, score);

    private static Decision Decide(IReadOnlyList<Contender> contenders, ChampionLine? champion, bool force = false) =>
        PromotionDecision.Decide(contenders, [new ReferenceLine("NAIVE", 0.5)], champion, 2, new EvaluationPolicy(), force);
}
