using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Intervals;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Ensemble;

[TestFixture, Parallelizable]
internal sealed class WeightFitTests
{
    private const int Origins = 200;

    private static readonly double[] _truth = Noise(1, 2 * Origins);

    [Test]
    public void Weights_are_those_of_least_squares_at_that_knot_half_way_to_the_best_member()
    {
        // Errors that have nothing in common: least squares takes 1.4^2 / (1 + 1.4^2) = 0.66 of the first.
        var (weights, members) = Solve([Erring(2, 1, 1), Erring(3, 1.4, 1.4)], seasons: [0.5, 1000]);
        Assert.That(members, Is.EqualTo(new[] { 0, 1 }));
        foreach (var knot in weights.Values)
            Assert.That(knot[0], Is.EqualTo(new[] { 0.83, 0.17 }).Within(0.05));
    }

    [Test]
    public void Members_within_a_tenth_of_the_best_one_s_error_count_as_good_as_it()
    {
        // Errors that have all in common at the first knot: least squares takes the first alone there.
        double[] Near(double second) => Solve([Erring(2, 1, 9), Erring(2, second, 1)], seasons: [1000, 1000]).Weights.Values[0][0];
        Assert.That(Near(1.05), Is.EqualTo(new[] { 0.75, 0.25 }).Within(0.01));
        Assert.That(Near(1.2), Is.EqualTo(new[] { 1.0, 0.0 }).Within(0.01), "a fifth worse");
    }

    [Test]
    public void Each_knot_has_its_own_weights()
    {
        var (weights, _) = Solve([Erring(2, 1, 9), Erring(3, 9, 1)], seasons: [10, 10]);
        Assert.That(weights.Values[0][0][0], Is.GreaterThan(0.95));
        Assert.That(weights.Values[1][0][0], Is.LessThan(0.05));
    }

    [Test]
    public void Under_one_season_at_a_knot_only_references_have_weight_and_all_targets_the_same()
    {
        var (weights, members) = Solve(
            [Erring(2, 0.1, 0.1), Erring(3, 1, 1), Erring(4, 1, 1)], seasons: [1, 0.99], references: [false, true, true]);
        Assert.That(members, Does.Contain(0));
        Assert.That(weights.Values[0][0][0], Is.GreaterThan(0.9));
        Assert.That(weights.Values[1][0][0], Is.Zero);
        Assert.That(weights.Values[1][1], Is.EqualTo(weights.Values[1][0]), "pooled");
        Assert.That(weights.Values[0][1], Is.Not.EqualTo(weights.Values[0][0]), "half its own");
    }

    [Test]
    public void The_more_seasons_the_more_a_targets_own_weights_count()
    {
        // The first member is right about the first target, the second about the second.
        ValidationForecasts[] candidates =
            [Joined(Erring(2, 0.1, 0.1), Erring(3, 1, 1)), Joined(Erring(4, 1, 1), Erring(5, 0.1, 0.1))];
        double Own(double seasons) => Solve(candidates, [seasons, seasons]).Weights.Values[0] is var knot ? knot[0][0] - knot[1][0] : 0;
        // Least squares is half of what a weight is.
        Assert.That(Own(1), Is.EqualTo(0.5 / 2).Within(0.02), "half its own");
        Assert.That(Own(3), Is.EqualTo(0.75 / 2).Within(0.02));
        Assert.That(Own(1000), Is.EqualTo(1.0 / 2).Within(0.02));
    }

    [Test]
    public void At_most_four_are_members_and_none_with_less_than_3_percent_everywhere()
    {
        var (weights, members) = Solve([.. Enumerable.Range(2, 9).Select(seed => Erring(seed, 1, 1))], seasons: [10, 10]);
        Assert.That(members, Has.Length.EqualTo(4).And.Ordered);
        Assert.That(weights.Members, Is.EqualTo(4));
        (weights, members) = Solve([Erring(2, 1, 1), Erring(3, 40, 40)], seasons: [10, 10]);
        Assert.That(members, Is.EqualTo(new[] { 0 }));
        Assert.That(weights.Values.SelectMany(k => k).SelectMany(t => t), Is.All.EqualTo(1));
    }

    [Test]
    public void A_knot_without_cells_has_no_weights_of_its_own()
    {
        bool[] cells = [.. Enumerable.Range(0, 2 * Origins).Select(i => i % 2 == 0)];
        var (weights, _) = new WeightFit([Erring(2, 1, 1), Erring(3, 1, 1)], [false, false], cells, [10, 0], [1, 1]).Solve();
        Assert.That(weights.Leads, Is.EqualTo(new[] { 1 }));
        Assert.That(weights.At(500), Is.EqualTo(weights.At(1)));
        Assert.That(
            () => new WeightFit([Erring(2, 1, 1)], [false], new bool[2 * Origins], [0, 0], [1, 1]).Solve(),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("validation_fraction"));
    }

    [Test]
    public void Cells_that_calibrate_do_not_count()
    {
        var made = Erring(2, 1, 1);
        bool[] cells = [.. Enumerable.Range(0, 2 * Origins).Select(i => i < Origins)];
        var other = made with { Forecast = [.. made.Forecast.Select(f => f.Select((v, i) => cells[i] ? v : 1e9).ToArray())] };
        ValidationForecasts[] plain = [made, Erring(3, 1, 1)], changed = [other, plain[1]];
        Assert.That(
            new WeightFit(changed, [false, false], cells, [10, 10], [1, 1]).Solve().Weights.Values,
            Is.EqualTo(new WeightFit(plain, [false, false], cells, [10, 10], [1, 1]).Solve().Weights.Values));
    }

    private static (EnsembleWeights Weights, int[] Members) Solve(
        ValidationForecasts[] candidates, double[] seasons, bool[]? references = null) => new WeightFit(
            candidates,
            references ?? new bool[candidates.Length],
            [.. Enumerable.Repeat(true, 2 * Origins)],
            seasons,
            [1, 1]).Solve();

    /// <summary>Two targets at leads 1 and 2, with errors of these sizes there.</summary>
    private static ValidationForecasts Erring(int seed, double near, double far)
    {
        double[] Made(int own) =>
            [.. _truth.Zip(Noise(own, 2 * Origins)).Select((p, i) => p.First + ((i % 2 == 0 ? near : far) * p.Second))];
        return new ValidationForecasts(
            [.. Enumerable.Range(0, Origins).Select(i => new DateTime(2024, 1, 1).AddMinutes(i))],
            [1, 2],
            ["a", "b"],
            [Made(seed), Made(seed + 100)],
            [_truth, _truth]);
    }

    /// <summary>The first target of one, the second of the other.</summary>
    private static ValidationForecasts Joined(ValidationForecasts first, ValidationForecasts second) =>
        first with { Forecast = [first.Forecast[0], second.Forecast[1]] };

    private static double[] Noise(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
    }
}
