using FLTS.Modules.Evaluation.Gate;
using FLTS.Modules.Registry.Schema;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

[TestFixture]
[Parallelizable]
internal sealed class PromotionDecisionTests
{
    private static readonly EvaluationPolicy _gate = new();
    private static readonly ReferenceLine _naive = new("NAIVE", 0.5);

    [Test]
    public void The_lowest_score_is_promoted_where_there_is_no_champion()
    {
        var decision = Decide([Run("a", 0.3), Run("b", 0.2)], champion: null);

        Assert.That(
            (decision.Outcome, decision.SelectedRunId, decision.BelowBaseline),
            Is.EqualTo((AttemptOutcome.Promoted, (RunId?)new RunId("b"), false)));
    }

    [Test]
    public void Nothing_scored_is_a_failure()
    {
        var decision = Decide([Run("a", null)], champion: null);

        Assert.That((decision.Outcome, decision.SelectedRunId), Is.EqualTo((AttemptOutcome.Failed, (RunId?)null)));
    }

    [Test]
    public void Where_no_candidate_could_be_scored_each_says_why()
    {
        var gru = new Contender(new("g"), "GRU", 0, null, NotScored: "the forecast of 'a' is NaN at scored row 3");
        var ar = new Contender(new("r"), "AR", 7, null, NotScored: "AR needs 10 rows without a gap");

        var decision = Decide([ar, gru, new Contender(new("n"), "NAIVE", 4, null)], champion: null);

        Assert.That(
            decision.Reason,
            Is.EqualTo("no candidate could be scored: GRU: the forecast of 'a' is NaN at scored row 3; NAIVE: it has no score; "
                + "AR: AR needs 10 rows without a gap"));
    }

    [TestCase(0.2, 0.1989, "promoted", Description = "0.55 % lower")]
    [TestCase(0.2, 0.1991, "kept_champion", Description = "0.45 % lower")]
    [TestCase(0.2, 0.2, "kept_champion", Description = "a tie goes to the champion")]
    [TestCase(0.2, 0.3, "kept_champion")]
    [TestCase(0.0, 0.0, "kept_champion", Description = "nothing is lower than 0")]
    public void The_gate_asks_for_half_a_percent(double champion, double challenger, string outcome)
    {
        var decision = Decide([Run("new", challenger)], Champion(champion));

        Assert.That(Text(decision.Outcome), Is.EqualTo(outcome), decision.Reason);
    }

    [Test]
    public void Best_of_config_replaces_a_better_champion_but_never_with_itself()
    {
        var policy = _gate with { PromotionPolicy = PromotionRule.BestOfConfig };

        Assert.Multiple(() =>
        {
            Assert.That(Decide([Run("new", 0.4)], Champion(0.1), policy).SelectedRunId, Is.EqualTo(new RunId("new")));
            Assert.That(Decide([Run("old", 0.1), Run("new", 0.4)], Champion(0.1), policy).Outcome, Is.EqualTo(AttemptOutcome.KeptChampion));
        });
    }

    [Test]
    public void A_tie_goes_to_the_champion_then_the_order_of_types_then_the_run()
    {
        var contenders = new[] { Run("c", 0.2, order: 1), Run("b", 0.2, order: 0), Run("a", 0.2, order: 0), Run("old", 0.2, order: 9) };

        var ranked = PromotionDecision.Ranked(contenders, Champion(0.2)).Select(c => c.RunId.Value);

        Assert.That(ranked, Is.EqualTo(new[] { "old", "a", "b", "c" }));
    }

    [TestCase(0.4, "promoted")]
    [TestCase(0.5, "kept_champion", Description = "equal is not beaten")]
    [TestCase(0.6, "kept_champion")]
    public void An_incomparable_champion_is_replaced_by_what_beats_naive(double score, string outcome)
    {
        var decision = Decide([Run("new", score)], new ChampionLine(new("old"), 1, 1, null, "its step is 60 s"));

        Assert.Multiple(() =>
        {
            Assert.That(Text(decision.Outcome), Is.EqualTo(outcome));
            Assert.That(decision.Reason, Does.Contain("champion_incomparable").And.Contain("its step is 60 s"));
        });
    }

    [Test]
    public void Naive_itself_never_replaces_an_incomparable_champion()
    {
        var decision = Decide([new Contender(new("n"), "NAIVE", 9, 0.5)], new ChampionLine(new("old"), 1, 1, null, "other columns"));

        Assert.That(decision.Outcome, Is.EqualTo(AttemptOutcome.KeptChampion));
    }

    [TestCase(BaselineGate.Off, "promoted", false)]
    [TestCase(BaselineGate.Warn, "promoted", true)]
    [TestCase(BaselineGate.Block, "below_baseline", true)]
    public void A_winner_that_does_not_beat_a_reference_is_said_to_be_below_it(BaselineGate gate, string outcome, bool below)
    {
        var decision = Decide([Run("new", 0.5)], champion: null, _gate with { BaselineGate = gate });

        Assert.Multiple(() =>
        {
            Assert.That(Text(decision.Outcome), Is.EqualTo(outcome));
            Assert.That(decision.BelowBaseline, Is.EqualTo(below));
            Assert.That(decision.Reason, below ? Does.Contain("NAIVE") : Does.Not.Contain("NAIVE"));
        });
    }

    [Test]
    public void A_reference_without_a_value_is_no_hurdle()
    {
        var decision = PromotionDecision.Decide(
            [Run("new", 0.5)],
            [new ReferenceLine("SEASONAL_NAIVE", null)],
            null,
            1,
            _gate with { BaselineGate = BaselineGate.Block });

        Assert.That((decision.Outcome, decision.BelowBaseline), Is.EqualTo((AttemptOutcome.Promoted, false)));
    }

    [Test]
    public void A_champion_that_stays_anyway_is_not_blocked_by_the_references()
    {
        var decision = Decide([Run("old", 0.9)], Champion(0.9), _gate with { BaselineGate = BaselineGate.Block });

        Assert.That(decision.Outcome, Is.EqualTo(AttemptOutcome.KeptChampion));
    }

    [TestCase(4, false, "superseded")]
    [TestCase(5, false, "promoted", Description = "its own sequence again")]
    [TestCase(6, false, "promoted")]
    [TestCase(4, true, "promoted", Description = "forced")]
    public void An_older_pipeline_is_superseded(long sequence, bool force, string outcome)
    {
        var decision = PromotionDecision.Decide(
            [Run("new", 0.1)], [_naive], new ChampionLine(new("old"), 2, 5, 0.3, null), sequence, _gate, force);

        Assert.That(Text(decision.Outcome), Is.EqualTo(outcome));
    }

    [Test]
    public void Force_overrides_the_gate_and_the_references()
    {
        var decision = PromotionDecision.Decide(
            [Run("new", 0.9)], [_naive], Champion(0.1), 9, _gate with { BaselineGate = BaselineGate.Block }, force: true);

        Assert.That(
            (decision.Outcome, decision.SelectedRunId, decision.BelowBaseline),
            Is.EqualTo((AttemptOutcome.Promoted, (RunId?)new RunId("new"), true)));
    }

    [Test]
    public void A_run_that_was_rolled_back_from_wins_by_force_only()
    {
        var contenders = new[] { Run("bad", 0.1) with { RolledBack = true }, Run("next", 0.2) };
        var champion = Champion(0.3);

        Assert.Multiple(() =>
        {
            Assert.That(Decide(contenders, champion).SelectedRunId, Is.EqualTo(new RunId("next")));
            Assert.That(Decide([contenders[0]], champion).Outcome, Is.EqualTo(AttemptOutcome.KeptChampion));
            Assert.That(
                PromotionDecision.Decide(contenders, [_naive], champion, 9, _gate, force: true).SelectedRunId,
                Is.EqualTo(new RunId("bad")));
        });
    }

    [Test]
    public void A_winner_that_is_implausible_is_not_promoted_and_force_overrides()
    {
        var far = Run("new", 0.2) with { Implausible = "the rmse of 'load' is 5 of train's range" };
        Assert.Multiple(() =>
        {
            Assert.That(Text(Decide([far], champion: null).Outcome), Is.EqualTo("implausible"));
            Assert.That(
                Text(Decide([far], Champion(0.9), _gate with { PromotionPolicy = PromotionRule.BestOfConfig }).Outcome),
                Is.EqualTo("implausible"));
            Assert.That(Decide([far], Champion(0.9)).Reason, Does.Contain("GRU").And.Contain("the rmse of 'load'"));
            Assert.That(Text(Decide([far], Champion(0.1)).Outcome), Is.EqualTo("kept_champion"), "what is in force stays anyway");
            Assert.That(Decide([Run("good", 0.1), far], champion: null).SelectedRunId, Is.EqualTo(new RunId("good")), "it did not win");
            var forced = PromotionDecision.Decide([far], [_naive], null, 9, _gate, force: true);
            Assert.That((Text(forced.Outcome), forced.SelectedRunId), Is.EqualTo(("promoted", (RunId?)new RunId("new"))));
            Assert.That(forced.Reason, Does.Contain("implausible: the rmse"));
        });
    }

    [FsCheck.NUnit.Property]
    public Property The_order_in_which_candidates_come_decides_nothing() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        scores =>
        {
            var contenders = scores.Select((s, i) => Run($"run-{i:000}", s / 64.0, order: i % 3)).ToList();
            var turned = Enumerable.Reverse(contenders).ToList();
            var champion = Champion(0.7);
            return Decide(contenders, champion) == Decide(turned, champion);
        });

    private static Contender Run(string id, double? score, int order = 0) => new(new(id), "GRU", order, score);

    private static ChampionLine Champion(double score) => new(new("old"), 1, 1, score, null);

    private static Decision Decide(IReadOnlyList<Contender> contenders, ChampionLine? champion, EvaluationPolicy? policy = null) =>
        PromotionDecision.Decide(contenders, [_naive], champion, 9, policy ?? _gate);

    private static string Text(AttemptOutcome outcome) => SnakeCase.Of(outcome);
}
