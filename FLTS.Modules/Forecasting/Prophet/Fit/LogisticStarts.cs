using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Trend;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>Where fits of a logistic trend may start.</summary>
internal static class LogisticStarts
{
    private const int Drawn = 16;
    private const int StraightFollowed = 4;

    private static readonly double[] _slopes = [-40, -15, -5, -1.5, 1.5, 5, 15, 40];
    private static readonly double[] _offsets = [-0.5, -0.1, 0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1.1, 1.5];

    /// <summary>Shares of the rows that are averaged, and how close to floor and cap an average may come.</summary>
    private static readonly (double Share, double Margin)[] _smoothings = [(1 / 40.0, 0.02), (0, 0.01), (1 / 10.0, 0.05), (1 / 4.0, 0.1)];

    /// <summary>[P] Starts from the data, then drawn ones.</summary>
    public static IEnumerable<double[]> Of(CurvedProblem problem, SplitMix64 random)
    {
        foreach (var (share, margin) in _smoothings)
            yield return Smoothed(problem, Math.Max(1, (int)(problem.Y.Length * share / 2)), margin);
        foreach (var straight in Straight(problem))
            yield return straight;
        for (var i = 0; i < Drawn; i++)
            yield return Draw(problem.Design, ref random);
    }

    /// <summary>
    /// One Gauss-Newton step from the history's own moving average: it gives z of every row (see <see cref="PiecewiseTrend"/>), in which
    /// the problem is quadratic, and sigma_obs: a step from nothing would take all of y for noise and never bend the trend.
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

    /// <summary>Trends without a bend: of each steepness the offset that fits best, and of these the best.</summary>
    private static IEnumerable<double[]> Straight(CurvedProblem problem)
    {
        var theta = new double[problem.Design.Parameters];
        var residuals = new double[problem.Y.Length];
        var curve = new Curve(problem.Design, Growth.Logistic, problem.Caps);
        return _slopes.Select(k => _offsets.Select(m => (Sse: Sse(k, m), K: k, M: m)).Min()).Order().Take(StraightFollowed).Select(best =>
        {
            var start = new double[theta.Length];
            (start[0], start[1]) = (best.K, best.M);
            return start;
        });

        double Sse(double k, double m)
        {
            (theta[0], theta[1]) = (k, m);
            return curve.Residuals(theta, problem.Y, residuals);
        }
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
