using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Trend;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>A fit that is not a quadratic problem, on all rows or on evenly thinned ones.</summary>
/// <param name="Design">Rows.</param>
/// <param name="Growth">Shape of the trend.</param>
/// <param name="Y">[T] Scaled.</param>
/// <param name="Caps">[T] Scaled; logistic only.</param>
/// <param name="Posterior">Of all rows.</param>
/// <param name="Weight">Rows that each row stands for.</param>
/// <param name="Cancellation">Looked at in every step.</param>
internal sealed record CurvedProblem(
    HistoryDesign Design, Growth Growth, double[] Y, double[]? Caps, Posterior Posterior, double Weight, CancellationToken Cancellation)
{
    /// <summary>The same with about <paramref name="rows"/> rows, each standing for several.</summary>
    public CurvedProblem Thinned(int rows)
    {
        var all = Design.Rows;
        if (rows >= all)
            return this;
        var kept = Enumerable.Range(0, rows).Select(i => (int)((long)i * (all - 1) / (rows - 1))).ToArray();
        return this with
        {
            Design = Design.Take(kept),
            Y = ProphetFrame.Pick(Y, kept),
            Caps = Caps is null ? null : ProphetFrame.Pick(Caps, kept),
            Weight = all / (double)rows,
        };
    }

    public MapOutcome Maximise(Posterior prior, double[] start, int maxIterations, double tolerance = MapOptimizer.Tolerance)
    {
        IResiduals residuals = new CurvedResiduals(Design, Growth, Y, Caps, Cancellation);
        return MapOptimizer.Maximise(
            prior, Weight == 1 ? residuals : new WeightedResiduals(residuals, Weight), start, maxIterations, Cancellation, tolerance);
    }

    /// <summary>The MAP where row i of J is [a t, a, a hinges, features] and sigma_obs is known: one quadratic problem.</summary>
    /// <param name="weights">[T] a; null: 1.</param>
    /// <param name="trend">[T] Factor of the multiplicative columns.</param>
    /// <param name="side">[T] What is regressed.</param>
    /// <param name="noise">Sum of squares that tells sigma_obs.</param>
    public double[] SolveLinear(double[]? weights, double[] trend, double[] side, double noise)
    {
        var sums = NormalEquations.Sum(Design, weights, Design.AnyMultiplicative ? trend : null, [side], Cancellation);
        if (Growth == Growth.Flat)
            FlatTrend.Remove(sums.Gram, sums.Sides[0], Design.Changepoints.Length);
        var precision = Weight / Math.Pow(Posterior.Sigma(Weight * noise), 2);
        var p = Design.Parameters;
        var h = Array.ConvertAll(sums.Gram, v => precision * v);
        for (var i = 0; i < p; i++)
            h[(i * p) + i] += Posterior.Precision[i];
        var theta = new double[p];
        new LassoQuadratic(p).Solve(h, Array.ConvertAll(sums.Sides[0], v => precision * v), Posterior.Penalty, theta);
        return theta;
    }
}
