namespace FLTS.Modules.Forecasting.Prophet;

/// <summary>Where fits of a logistic trend may start.</summary>
internal static class LogisticStarts
{
    private const int Drawn = 16;

    /// <summary>Shares of the rows that are averaged, and how close to floor and cap an average may come.</summary>
    private static readonly (double Share, double Margin)[] _smoothings = [(1 / 40.0, 0.02), (0, 0.01), (1 / 10.0, 0.05), (1 / 4.0, 0.1)];

    /// <summary>[P] Starts from the data, then drawn ones.</summary>
    public static IEnumerable<double[]> Of(CurvedProblem problem, SplitMix64 random)
    {
        foreach (var (share, margin) in _smoothings)
            yield return Smoothed(problem, Math.Max(1, (int)(problem.Y.Length * share / 2)), margin);
        for (var i = 0; i < Drawn; i++)
            yield return Draw(problem.Design, ref random);
    }

    /// <summary>
    /// One Gauss-Newton step from the history's own moving average: it gives z of every row (see <see cref="PiecewiseTrend"/>), in which the problem is
    /// quadratic, and sigma_obs: a step from nothing would take all of y for noise and never bend the trend.
    /// </summary>
    private static double[] Smoothed(CurvedProblem problem, int half, double margin)
    {
        var (y, caps) = (problem.Y, problem.Caps!);
        var (weights, trend, side) = (new double[y.Length], new double[y.Length], new double[y.Length]);
        var (sum, from, to, noise) = (0.0, 0, 0, 0.0);
        for (var i = 0; i < y.Length; i++)
        {
            for (; to < Math.Min(y.Length, i + half + 1); to++)
                sum += y[to] / caps[to];
            for (; from < i - half; from++)
                sum -= y[from] / caps[from];
            var share = Math.Clamp(sum / (to - from), margin, 1 - margin);
            (weights[i], trend[i]) = (caps[i] * share * (1 - share), caps[i] * share);
            side[i] = y[i] - trend[i] + (weights[i] * Math.Log(share / (1 - share)));
            noise += (y[i] - trend[i]) * (y[i] - trend[i]);
        }

        var theta = problem.SolveLinear(weights, trend, side, noise);
        theta[1] = Math.Abs(theta[0]) > 1e-3 ? -theta[1] / theta[0] : 0.5; // z(0) = -k m.
        return theta;
    }

    /// <summary>A trend with up to four bends, as steep as floor to cap in a thirtieth of the history.</summary>
    private static double[] Draw(HistoryDesign design, ref SplitMix64 random)
    {
        var theta = new double[design.Parameters];
        theta[0] = 60 * (random.NextDouble() - 0.5);
        theta[1] = (2 * random.NextDouble()) - 0.5;
        for (var bends = (int)(5 * random.NextDouble()); bends > 0; bends--)
            theta[2 + (int)(random.NextDouble() * design.Changepoints.Length)] += 80 * (random.NextDouble() - 0.5);
        return theta;
    }
}
