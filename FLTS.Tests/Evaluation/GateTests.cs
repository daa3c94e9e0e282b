using FLTS.Forecasting.Metrics;
using FLTS.Modules.Evaluation.Gate;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

/// <summary>
/// How often the gate errs, on errors as forecasts have them: large and small by the hour of the day, alike from row to row, and of two
/// nets of one kind nearly the same.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class GateTests
{
    private const int Rows = 4000, Block = 360, Tries = 100;
    private const double MinImprovement = 0.005;

    private static readonly ScoreWeights _weights = new();

    [Test]
    public void Two_seeds_of_one_net_hardly_ever_promote_each_other()
    {
        var margins = Margins(1).ToList();

        Assert.That(Deviation(margins), Is.InRange(0.0015, 0.003), "as two equal nets differ");
        Assert.That(margins.Count(m => m.Exceeds(MinImprovement)), Is.LessThan(5));
    }

    [Test]
    public void A_model_that_is_three_percent_worse_never_dethrones() =>
        Assert.That(Margins(1.03).Count(m => m.Exceeds(MinImprovement)), Is.Zero);

    [Test]
    public void A_model_that_is_two_percent_better_nearly_always_does() =>
        Assert.That(Margins(0.98).Count(m => m.Exceeds(MinImprovement)), Is.GreaterThan(95));

    [Test]
    public void The_standard_error_is_how_far_the_margin_would_be_another_on_other_rows()
    {
        var margins = Margins(1).ToList();

        Assert.That(margins.Average(m => m.StandardError!.Value), Is.EqualTo(Deviation(margins)).Within(40).Percent);
    }

    [Test]
    public void What_differs_by_chance_is_not_enough_however_large_it_is()
    {
        Assert.That(Margin.Of(0.98, 0.02, 1).Exceeds(MinImprovement), Is.False, "2 % within 2.6");
        Assert.That(Margin.Of(0.98, 0.01, 1).Exceeds(MinImprovement), Is.True);
        Assert.That(Margin.Of(0.98, null, 1).Exceeds(MinImprovement), Is.True, "too few rows: the difference alone");
        Assert.That(Margin.Of(0.98, 0.01, 1).ToString(), Is.EqualTo("log of the ratio -0.0202, standard error 0.01"));
    }

    [Test]
    public void Bands_count_alike_however_large_their_errors_are()
    {
        var (small, large) = (Errors(1, 7), Errors(50, 8));
        var (better, worse) = (new DecisiveErrors([Errors(0.9, 7), large], _weights, 0), new DecisiveErrors([small, large], _weights, 0));

        // Over the same rows the first part is better by 10 % at every draw, the second not at all: the error is next to none.
        Assert.That(better.StandardErrorOver(worse, Rows, Block, 1), Is.LessThan(1e-3));
    }

    private static IEnumerable<Margin> Margins(double times)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var (challenger, champion) = (Net(attempt, 1, times), Net(attempt, 2, 1));
            yield return Margin.Of(
                challenger.Parts[0].Between(0, Rows).Score(_weights)!.Value,
                challenger.StandardErrorOver(champion, Rows, Block, attempt),
                champion.Parts[0].Between(0, Rows).Score(_weights)!.Value);
        }
    }

    private static double Deviation(List<Margin> margins)
    {
        var mean = margins.Average(m => m.LogRatio);
        return Math.Sqrt(margins.Average(m => Math.Pow(m.LogRatio - mean, 2)));
    }

    /// <summary>What is unforeseeable is the same for all nets; what each gets wrong beside is its own.</summary>
    private static DecisiveErrors Net(int data, int seed, double times)
    {
        var (unforeseen, own) = (Noise(1000 + data, 0.3), Noise((10 * data) + seed, 0.9));
        return new DecisiveErrors([Of([.. unforeseen.Zip(own, (u, o) => times * 0.06 * (u + (0.05 * o)))])], _weights, 0);
    }

    private static OriginErrors Errors(double times, int seed) => Of([.. Noise(seed, 0.3).Select(e => times * 0.06 * e)]);

    private static OriginErrors Of(double[] errors) => new(
        [.. Enumerable.Range(0, errors.Length)],
        [.. errors.Select(_ => 1.0)],
        [.. errors.Select(e => e * e)],
        [.. errors.Select(Math.Abs)]);

    /// <summary>Of deviation 1 on the mean: an autoregression, thrice as large at noon as at midnight.</summary>
    private static double[] Noise(int seed, double memory)
    {
        var random = new Random(seed);
        var (value, noise) = (0.0, new double[Rows]);
        for (var i = 0; i < Rows; i++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            value = (memory * value) + (Math.Sqrt(1 - (memory * memory)) * normal);
            noise[i] = value * (1 - (0.5 * Math.Cos(2 * Math.PI * i / 720)));
        }

        return noise;
    }
}
