using FLTS.Forecasting.Prophet.Fit;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>The quadratic problem with absolute values, by its optimality conditions.</summary>
[Parallelizable]
internal sealed class LassoQuadraticTests
{
    [Test]
    public void The_solution_meets_the_optimality_conditions_from_any_start()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var n = random.Next(1, 40);
            var h = Positive(random, n);
            var c = Enumerable.Range(0, n).Select(_ => 20 * (random.NextDouble() - 0.5)).ToArray();
            var penalty = Enumerable.Range(0, n).Select(_ => random.NextDouble() < 0.3 ? 0 : 4 * random.NextDouble()).ToArray();
            var z = Enumerable.Range(0, n).Select(_ => random.NextDouble() < 0.5 ? 0 : random.NextDouble() - 0.5).ToArray();
            Assert.That(new LassoQuadratic(n).Solve(h, c, penalty, z), Is.True);
            for (var j = 0; j < n; j++)
            {
                var gradient = c[j];
                for (var i = 0; i < n; i++)
                    gradient -= h[(j * n) + i] * z[i];
                if (penalty[j] > 0 && z[j] == 0)
                    Assert.That(Math.Abs(gradient), Is.LessThanOrEqualTo(penalty[j] * (1 + 1e-5)), $"zero {j}, seed {seed}");
                else
                    Assert.That(gradient, Is.EqualTo(penalty[j] * Math.Sign(z[j])).Within(1e-7), $"active {j}, seed {seed}");
            }
        }
    }

    private static double[] Positive(Random random, int n)
    {
        var a = Enumerable.Range(0, n * n).Select(_ => random.NextDouble() - 0.5).ToArray();
        var h = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                for (var k = 0; k < n; k++)
                    h[(i * n) + j] += a[(i * n) + k] * a[(j * n) + k];
            }

            h[(i * n) + i] += 0.01;
        }

        return h;
    }
}
