using FLTS.Forecasting.Prophet.Predict;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>Quantiles against a full sort.</summary>
[Parallelizable]
internal sealed class QuantileSelectorTests
{
    [TestCase("normal")]
    [TestCase("heavy tails")]
    [TestCase("mostly one value")]
    [TestCase("few values")]
    [TestCase("skewed")]
    public void Both_quantiles_are_those_of_the_sorted_sample(string shape)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var values = Sample(shape, random);
            var p = new[] { 0.1, 0.025, 0.25, 0.001, 0.49 }[seed % 5];
            var copy = (double[])values.Clone();
            var (low, high) = new QuantileSelector(values.Length)
                .Pair(values, p, MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 1 - p));
            Assert.That(values, Is.EqualTo(copy), "the sample is left as it is");
            Array.Sort(copy);
            Assert.That(low, Is.EqualTo(Percentile(copy, p)).Within(1e-12), $"low, p {p}, seed {seed}");
            Assert.That(high, Is.EqualTo(Percentile(copy, 1 - p)).Within(1e-12), $"high, p {p}, seed {seed}");
        }
    }

    private static double[] Sample(string shape, Random random) => [.. Enumerable.Range(0, random.Next(1, 1500)).Select(i => shape switch
    {
        "normal" => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(6.283185307179586 * random.NextDouble()),
        "heavy tails" => Math.Tan(3.1 * (random.NextDouble() - 0.5)),
        "mostly one value" => random.NextDouble() < 0.95 ? 0.3 : random.NextDouble(),
        "few values" => random.Next(4),
        _ => Math.Exp(5 * random.NextDouble()),
    })];

    private static double Percentile(double[] sorted, double p)
    {
        var position = p * (sorted.Length - 1);
        var lower = (int)position;
        var upper = Math.Min(lower + 1, sorted.Length - 1);
        return sorted[lower] + ((position - lower) * (sorted[upper] - sorted[lower]));
    }
}
