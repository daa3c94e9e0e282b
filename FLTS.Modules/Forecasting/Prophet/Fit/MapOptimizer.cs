namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>
/// Maximises the log posterior with sigma_obs at its best for every theta: at each step the sum of squares is linearised, the resulting
/// quadratic with the exact Laplace prior is solved by <see cref="LassoQuadratic"/>, and a line search guards the step (proximal
/// Gauss-Newton, Lee, Sun &amp; Saunders 2014). The profiled log likelihood is concave in -SSE, so holding sigma during a step gives a
/// lower bound that touches it: for a quadratic sum of squares full steps never go downhill.
/// </summary>
internal static class MapOptimizer
{
    /// <summary>Stops when a step promises less than this many log units.</summary>
    public const double Tolerance = 1e-7;

    public static MapOutcome Maximise(
        Posterior posterior,
        IResiduals residuals,
        double[] start,
        int maxIterations,
        CancellationToken cancellation,
        double tolerance = Tolerance)
    {
        var p = start.Length;
        var theta = (double[])start.Clone();
        var lasso = new LassoQuadratic(p);
        var (h, c, z, trial) = (new double[p * p], new double[p], new double[p], new double[p]);
        var damping = 0.0;
        var gain = double.PositiveInfinity;
        var sse = residuals.Linearise(theta);
        for (var iteration = 1; iteration <= maxIterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            var sigma = posterior.Sigma(sse);
            var value = posterior.Log(theta, sse, sigma);
            Quadratic(posterior, residuals, theta, 1 / (sigma * sigma), damping, h, c);
            theta.CopyTo(z, 0);
            lasso.Solve(h, c, posterior.Penalty, z);
            gain = Gain(posterior, residuals, theta, z, 1 / (sigma * sigma));
            var enough = tolerance + (1e-13 * Math.Abs(value));
            var (step, reached) = (1.0, false);
            for (; step > 1.0 / 256 && !reached; step /= reached ? 1 : 2)
            {
                for (var i = 0; i < p; i++)
                    trial[i] = step == 1 ? z[i] : theta[i] + (step * (z[i] - theta[i]));
                var trialSse = residuals.Sse(trial);
                reached = double.IsFinite(trialSse) && posterior.Log(trial, trialSse) >= value + (1e-4 * step * gain);
            }

            if (reached)
            {
                (theta, trial) = (trial, theta);
                sse = residuals.Linearise(theta);
                damping = step == 1 ? (damping > 1e-6 ? damping / 10 : 0) : damping;
            }

            if (gain <= enough && damping <= 1e-6)
                return new MapOutcome(theta, sse, iteration, true, Math.Max(0, gain));
            if (!reached)
            {
                damping = damping == 0 ? 1e-4 : damping * 10;
                if (damping > 1e8)
                    return new MapOutcome(theta, sse, iteration, gain <= 1e-4, Math.Max(0, gain));
                sse = residuals.Linearise(theta);
            }
        }

        return new MapOutcome(theta, sse, maxIterations, false, Math.Max(0, gain));
    }

    // 1/2 z'hz - c'z: the linearised sum of squares over 2 sigma^2 plus the normal priors, as a function of the new parameters.
    private static void Quadratic(
        Posterior posterior, IResiduals residuals, double[] theta, double weight, double damping, double[] h, double[] c)
    {
        var p = theta.Length;
        var gram = residuals.Gram;
        for (var i = 0; i < p; i++)
        {
            var row = gram.AsSpan(i * p, p);
            c[i] = weight * (residuals.Gradient[i] + LinearAlgebra.Dot(row, theta));
            for (var j = 0; j < p; j++)
                h[(i * p) + j] = weight * row[j];
            var extra = damping * ((weight * row[i]) + (damping > 0 ? 1e-12 : 0));
            h[(i * p) + i] += posterior.Precision[i] + extra;
            c[i] += extra * theta[i];
        }
    }

    // What the undamped model promises for going from theta to z.
    private static double Gain(Posterior posterior, IResiduals residuals, double[] theta, double[] z, double weight)
    {
        var p = theta.Length;
        var gain = 0.0;
        var step = new double[p];
        for (var i = 0; i < p; i++)
            step[i] = z[i] - theta[i];
        for (var i = 0; i < p; i++)
        {
            gain += weight * step[i] * (residuals.Gradient[i] - (0.5 * LinearAlgebra.Dot(residuals.Gram.AsSpan(i * p, p), step)));
            gain -= 0.5 * posterior.Precision[i] * step[i] * (z[i] + theta[i]);
            gain -= posterior.Penalty[i] * (Math.Abs(z[i]) - Math.Abs(theta[i]));
        }

        return gain;
    }
}
