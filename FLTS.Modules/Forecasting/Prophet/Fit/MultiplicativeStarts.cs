using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>Where fits with multiplicative terms on a linear or flat trend may start.</summary>
internal static class MultiplicativeStarts
{
    private const int Drawn = 20;

    /// <summary>[P] Starts from the data, then drawn ones.</summary>
    public static IEnumerable<double[]> Of(CurvedProblem problem, SplitMix64 random)
    {
        foreach (var noise in new[] { 0.01, 0.3 })
            yield return Additive(problem, noise);
        for (var i = 0; i < Drawn; i++)
            yield return Draw(problem, i % 2 == 0, ref random);
    }

    /// <summary>
    /// The additive model's fit, a quadratic problem: its coefficients over the mean trend are the multiplicative ones,
    /// where the trend hardly changes.
    /// </summary>
    /// <param name="problem">Rows.</param>
    /// <param name="share">Of the variance of y that is taken for noise.</param>
    private static double[] Additive(CurvedProblem problem, double share)
    {
        var (design, mean) = (problem.Design, problem.Y.Average());
        var level = Math.Abs(mean) > 0.01 ? mean : 0.01;
        var trend = new double[problem.Y.Length];
        Array.Fill(trend, level);
        return problem.SolveLinear(null, trend, problem.Y, share * problem.Y.Sum(v => (v - mean) * (v - mean)));
    }

    /// <summary>Random coefficients, every other time on a level trend at the mean, else on one with up to four bends.</summary>
    private static double[] Draw(CurvedProblem problem, bool level, ref SplitMix64 random)
    {
        var design = problem.Design;
        var theta = new double[design.Parameters];
        level |= problem.Growth == Growth.Flat;
        theta[0] = level ? 0 : 4 * (random.NextDouble() - 0.5);
        theta[1] = level ? problem.Y.Average() : 3 * (random.NextDouble() - 0.5);
        for (var bends = level ? 0 : (int)(5 * random.NextDouble()); bends > 0; bends--)
            theta[2 + (int)(random.NextDouble() * design.Changepoints.Length)] += 6 * (random.NextDouble() - 0.5);
        for (var j = 2 + design.Changepoints.Length; j < theta.Length; j++)
            theta[j] = 2 * (random.NextDouble() - 0.5);
        return theta;
    }
}
