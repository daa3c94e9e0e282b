namespace FLTS.Modules.Forecasting.Prophet;

/// <summary>
/// The posterior of a logistic trend has several maxima, and the one a fit ends in depends on where it starts. So many starts are followed a short
/// way, on evenly thinned rows where there are many, and the most promising ends are returned. What is drawn is drawn with a seed of its own:
/// the same history gives the same fit.
/// </summary>
internal sealed class LogisticSearch
{
    /// <summary>More rows than this are thinned: the shape of the trend shows in fewer.</summary>
    private const int MostRows = 800;

    private const int RandomStarts = 16;
    private const int MostIterations = 60;
    private const ulong Seed = 0x5EED;

    /// <summary>Log units a step must promise for a start to be followed further.</summary>
    private const double Tolerance = 1e-2;

    /// <summary>Shares of the rows that are averaged, and how close to floor and cap an average may come.</summary>
    private static readonly (double Share, double Margin)[] _smoothings = [(1 / 40.0, 0.02), (0, 0.01), (1 / 10.0, 0.05), (1 / 4.0, 0.1)];

    private readonly Posterior posterior;
    private readonly Posterior loose;
    private readonly HistoryDesign design;
    private readonly double[] y;
    private readonly double[] caps;
    private readonly double weight;
    private readonly int maxIterations;
    private readonly CancellationToken cancellation;
    private readonly List<MapOutcome> ends = [];

    /// <param name="design">All rows.</param>
    /// <param name="y">[T] Scaled.</param>
    /// <param name="caps">[T] Scaled.</param>
    /// <param name="tau">Scale of the rate changes' prior.</param>
    /// <param name="options">Most iterations from a start, cancellation.</param>
    public LogisticSearch(HistoryDesign design, double[] y, double[] caps, double tau, ProphetFitOptions options)
    {
        (maxIterations, cancellation) = (Math.Min(MostIterations, options.MaxIterations), options.Cancellation);
        posterior = new Posterior(design.Rows, design.Changepoints.Length, tau, design.Plan.Columns);
        loose = new Posterior(design.Rows, design.Changepoints.Length, 10 * tau, design.Plan.Columns);
        var kept = Math.Min(design.Rows, Math.Max(MostRows, 4 * design.Parameters));
        weight = design.Rows / (double)kept;
        (this.design, this.y, this.caps) = (design, y, caps);
        if (kept == design.Rows)
            return;
        var rows = Enumerable.Range(0, kept).Select(i => (int)((long)i * (design.Rows - 1) / (kept - 1))).ToArray();
        this.design = design.Take(rows);
        this.y = ProphetFrame.Pick(y, rows);
        this.caps = ProphetFrame.Pick(caps, rows);
    }

    /// <summary>Quadratic problems solved.</summary>
    public int Iterations { get; private set; }

    /// <summary>Ends to go on from, the best first.</summary>
    /// <param name="first">[P] Prophet's own start.</param>
    /// <param name="count">Most ends.</param>
    public IEnumerable<double[]> Best(double[] first, int count)
    {
        Follow(posterior, first);
        Follow(posterior, Follow(loose, first).Theta);
        foreach (var (share, margin) in _smoothings)
            Follow(posterior, Smoothed(Math.Max(1, (int)(y.Length * share / 2)), margin));
        var random = new SplitMix64(Seed);
        for (var i = 0; i < RandomStarts; i++)
            Follow(posterior, Drawn(ref random));

        // Neighbours of the best so far: bends one changepoint earlier or later, or all of them steeper.
        var best = Ordered()[0].Theta;
        foreach (var neighbour in new[] { Shifted(best, -1), Shifted(best, 1), Steeper(best, 1.5), Steeper(best, 0.5) })
            Follow(posterior, neighbour);
        return Ordered().Take(count).Select(e => e.Theta);
    }

    private List<MapOutcome> Ordered() => [.. ends.OrderByDescending(e => posterior.Log(e.Theta, e.Sse))];

    private MapOutcome Follow(Posterior prior, double[] start)
    {
        var residuals = new WeightedResiduals(new CurvedResiduals(design, Growth.Logistic, y, caps, cancellation), weight);
        var end = MapOptimizer.Maximise(prior, residuals, start, maxIterations, cancellation, Tolerance);
        Iterations += end.Iterations;
        if (prior == posterior && double.IsFinite(posterior.Log(end.Theta, end.Sse)))
            ends.Add(end);
        return end;
    }

    /// <summary>
    /// One Gauss-Newton step from the history's own moving average: it gives z of every row (see <see cref="PiecewiseTrend"/>), in which the problem is
    /// quadratic, and sigma_obs: a step from nothing would take all of y for noise and never bend the trend.
    /// </summary>
    private double[] Smoothed(int half, double margin)
    {
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

        var fit = NormalEquations.Sum(design, weights, design.AnyMultiplicative ? trend : null, [side], cancellation);
        var precision = weight / Math.Pow(posterior.Sigma(weight * noise), 2);
        var p = design.Parameters;
        var h = Array.ConvertAll(fit.Gram, v => precision * v);
        for (var i = 0; i < p; i++)
            h[(i * p) + i] += posterior.Precision[i];
        var theta = new double[p];
        new LassoQuadratic(p).Solve(h, Array.ConvertAll(fit.Sides[0], v => precision * v), posterior.Penalty, theta);
        theta[1] = Math.Abs(theta[0]) > 1e-3 ? -theta[1] / theta[0] : 0.5; // z(0) = -k m.
        return theta;
    }

    /// <summary>A trend with up to four bends, as steep as floor to cap in a thirtieth of the history.</summary>
    private double[] Drawn(ref SplitMix64 random)
    {
        var theta = new double[design.Parameters];
        theta[0] = 60 * (random.NextDouble() - 0.5);
        theta[1] = (2 * random.NextDouble()) - 0.5;
        for (var bends = (int)(5 * random.NextDouble()); bends > 0; bends--)
            theta[2 + (int)(random.NextDouble() * design.Changepoints.Length)] += 80 * (random.NextDouble() - 0.5);
        return theta;
    }

    private double[] Shifted(double[] theta, int by)
    {
        var shifted = (double[])theta.Clone();
        for (var j = 0; j < design.Changepoints.Length; j++)
            shifted[2 + j] = j + by >= 0 && j + by < design.Changepoints.Length ? theta[2 + j + by] : 0;
        return shifted;
    }

    private double[] Steeper(double[] theta, double factor)
    {
        var steeper = (double[])theta.Clone();
        steeper[0] *= factor;
        for (var j = 0; j < design.Changepoints.Length; j++)
            steeper[2 + j] *= factor;
        return steeper;
    }
}
