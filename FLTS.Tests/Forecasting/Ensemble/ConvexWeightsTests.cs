using FLTS.Forecasting.Ensemble;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Ensemble;

/// <summary>
/// Golden numbers: the same problem solved in fractions (Python's fractions, every set of members by its Lagrange equations).
/// </summary>
[TestFixture, Parallelizable]
internal sealed class ConvexWeightsTests
{
    private static readonly double[] _truth = [3, 1, 4, 1, 5, 9, 2, 6];

    private static readonly double[][] _forecasts =
        [[2, 2, 4, 0, 6, 8, 2, 5], [4, 1, 3, 2, 5, 9, 3, 7], [3, 3, 3, 3, 3, 3, 3, 3], [1, 0, 6, 1, 4, 10, 1, 8]];

    [TestCase(0b0011, 8.0 / 17, 9.0 / 17, 0, 0, 21.0 / 136)]
    [TestCase(0b0111, 8.0 / 17, 9.0 / 17, 0, 0, 21.0 / 136, Description = "the third's best weight lies below 0")]
    [TestCase(0b1111, 3124.0 / 8159, 3525.0 / 8159, 14.0 / 8159, 1496.0 / 8159, 3779.0 / 65272)]
    [TestCase(0b0101, 1, 0, 0, 0, 3.0 / 4)]
    [TestCase(0b1010, 0, 19.0 / 27, 0, 8.0 / 27, 71.0 / 216)]
    [TestCase(0b1100, 0, 0, 31.0 / 105, 74.0 / 105, 719.0 / 840)]
    public void Weights_of_known_problems(int set, double a, double b, double c, double d, double error)
    {
        var best = new ConvexWeights(Products(_truth, _forecasts), 0b1111).Of(set)!.Value;
        Assert.That(best.Weights, Is.EqualTo(new[] { a, b, c, d }).Within(1e-9));
        Assert.That(best.Error, Is.EqualTo(error).Within(1e-12));
    }

    [Test]
    public void Members_that_may_have_no_weight_have_none()
    {
        var weights = new ConvexWeights(Products(_truth, _forecasts), 0b1010);
        Assert.That(weights.Of(0b1111)!.Value.Weights, Is.EqualTo(weights.Of(0b1010)!.Value.Weights));
        Assert.That(weights.Of(0b0101), Is.Null);
    }

    [Test]
    public void A_member_listed_twice_gives_that_member()
    {
        var best = new ConvexWeights(Products(_truth, [_forecasts[1], _forecasts[1], _forecasts[1]]), 0b111).Of(0b111)!.Value;
        Assert.That(best.Weights, Is.EqualTo(new double[] { 1, 0, 0 }));
    }

    [Test]
    public void Errors_that_cancel_each_other_do()
    {
        var best = new ConvexWeights(Products([0, 0], [[1, 2], [-3, -6]]), 0b11).Of(0b11)!.Value;
        Assert.That(best.Weights, Is.EqualTo(new[] { 0.75, 0.25 }).Within(1e-6));
        Assert.That(best.Error, Is.EqualTo(0).Within(1e-9));
        Assert.That(new ConvexWeights(new double[2, 2], 0b11).Of(0b11)!.Value.Weights, Is.EqualTo(new double[] { 1, 0 }), "no errors");
    }

    [Test]
    public void Whatever_the_errors_the_weights_are_none_below_0_sum_to_1_and_no_others_err_less() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var members = random.Next(1, 5);
            var scale = Math.Pow(10, random.Next(-4, 5));
            var (truth, forecasts) = Problem(random, members, scale);
            var products = Products(truth, forecasts);
            var (weights, error) = new ConvexWeights(products, 0b1111).Of((1 << members) - 1)!.Value;
            if (weights.Any(w => w < 0) || Math.Abs(weights.Sum() - 1) > 1e-12)
                return false;
            for (var trial = 0; trial < 200; trial++)
            {
                double[] other = [.. Enumerable.Range(0, members).Select(_ => -Math.Log(random.NextDouble()) * random.Next(2))];
                if (other.Sum() > 0 && Error(products, [.. other.Select(w => w / other.Sum())]) < error * (1 - 1e-6))
                    return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_constant_added_to_truth_and_forecasts_changes_no_weight_and_neither_does_another_unit() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var (truth, forecasts) = Problem(random, 3, 1);
            double[] Weights(Func<double, double> unit) => new ConvexWeights(
                Products([.. truth.Select(unit)], [.. forecasts.Select(f => f.Select(unit).ToArray())]), 0b111).Of(0b111)!.Value.Weights;
            var plain = Weights(v => v);
            return plain.Zip(Weights(v => v + 8)).Concat(plain.Zip(Weights(v => v * -1000))).All(p => Math.Abs(p.First - p.Second) < 1e-6);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Sets_have_at_most_four_members_and_smaller_ones_come_before_those_that_contain_them()
    {
        var sets = ConvexWeights.Sets(10).ToArray();
        Assert.That(sets, Has.Length.EqualTo(10 + 45 + 120 + 210).And.Ordered.And.Unique);
        Assert.That(sets.Select(int.PopCount), Is.All.InRange(1, 4));
    }

    private static (double[] Truth, double[][] Forecasts) Problem(Random random, int members, double scale)
    {
        double[] truth = [.. Enumerable.Range(0, 12).Select(_ => scale * random.NextDouble())];
        return (
            truth,
            [.. Enumerable.Range(0, members).Select(_ => truth.Select(t => t + (scale * (random.NextDouble() - 0.4))).ToArray())]);
    }

    private static double Error(double[,] products, double[] weights) =>
        weights.Select((w, i) => weights.Select((v, j) => w * v * products[i, j]).Sum()).Sum();

    private static double[,] Products(double[] truth, double[][] forecasts)
    {
        var products = new double[forecasts.Length, forecasts.Length];
        for (var i = 0; i < forecasts.Length; i++)
        {
            for (var j = 0; j < forecasts.Length; j++)
                products[i, j] = truth.Select((t, n) => (t - forecasts[i][n]) * (t - forecasts[j][n])).Average();
        }

        return products;
    }
}
