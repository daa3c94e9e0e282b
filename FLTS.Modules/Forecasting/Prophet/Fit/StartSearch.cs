using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>
/// The posterior of a logistic trend, and of multiplicative terms, has several maxima; the one a fit ends in depends on where it starts. So
/// many starts are followed a short way, on thinned rows where there are many, and the most promising ends are gone on from. What is drawn
/// is drawn with a seed of its own: the same history gives the same fit.
/// </summary>
internal sealed class StartSearch
{
    /// <summary>More rows than this are thinned: the shape of the trend shows in fewer.</summary>
    private const int MostRows = 800;

    private const int MostIterations = 60;
    private const int MostRounds = 3;
    private const int MostDropped = 6;
    private const ulong Seed = 0x5EED;

    /// <summary>Log units a step must promise for a start to be followed further.</summary>
    private const double Tolerance = 1e-2;

    /// <summary>Log units.</summary>
    private const double AsGood = 0.05, CannotCatchUp = 1, CannotCatchUpThinned = 10;

    private readonly CurvedProblem _problem;
    private readonly Posterior _loose;
    private readonly int _maxIterations;
    private readonly List<(double[] Theta, double Log)> _ends = [];

    /// <param name="all">All rows.</param>
    /// <param name="tau">Scale of the rate changes' prior.</param>
    /// <param name="maxIterations">Most iterations from a start.</param>
    public StartSearch(CurvedProblem all, double tau, int maxIterations)
    {
        _problem = all.Thinned(Math.Max(MostRows, 4 * all.Design.Parameters));
        _loose = new Posterior(all.Design.Rows, all.Design.Changepoints.Length, 10 * tau, all.Design.Plan.Columns);
        this._maxIterations = Math.Min(maxIterations, MostIterations);
    }

    /// <summary>Quadratic problems solved.</summary>
    public int Iterations { get; private set; }

    /// <summary>[P] Ends to go on from, the best first.</summary>
    /// <param name="first">[P] Prophet's own start.</param>
    /// <param name="count">Most ends.</param>
    public IEnumerable<double[]> Best(double[] first, int count)
    {
        var random = new SplitMix64(Seed);
        Follow(first);
        Follow(Maximum(_loose, first).Theta);
        foreach (var start in _problem.Growth == Growth.Logistic
            ? LogisticStarts.Of(_problem, random)
            : MultiplicativeStarts.Of(_problem, random))
            Follow(start);

        // Neighbours of the best so far, as long as one of them leads higher.
        for (var (round, before) = (0, double.NegativeInfinity); round < MostRounds && Ordered().First().Log > before + AsGood; round++)
        {
            (var best, before) = Ordered().First();
            foreach (var neighbour in Neighbours(best))
                Follow(neighbour);
        }

        return Distinct().Take(count);
    }

    /// <summary>
    /// Of ends as good as each other one is enough, and those far behind cannot catch up: on all rows they are near their maximum.
    /// </summary>
    private IEnumerable<double[]> Distinct()
    {
        var (best, last) = (Ordered().First().Log, double.PositiveInfinity);
        foreach (var (theta, log) in Ordered())
        {
            if (log < best - (_problem.Weight == 1 ? CannotCatchUp : CannotCatchUpThinned))
                yield break;
            if (last - log < AsGood)
                continue;
            last = log;
            yield return theta;
        }
    }

    private IOrderedEnumerable<(double[] Theta, double Log)> Ordered() => _ends.OrderByDescending(e => e.Log);

    private void Follow(double[] start)
    {
        var end = Maximum(_problem.Posterior, start);
        _ends.Add((end.Theta, _problem.Posterior.Log(end.Theta, end.Sse)));
    }

    private MapOutcome Maximum(Posterior prior, double[] start)
    {
        var end = _problem.Maximise(prior, start, _maxIterations, Tolerance);
        Iterations += end.Iterations;
        return end;
    }

    /// <summary>
    /// Bends one changepoint earlier or later, or all of them steeper or less so; without one of the sharpest, without any, without the
    /// terms; and, on a linear trend, less of it with larger terms.
    /// </summary>
    private IEnumerable<double[]> Neighbours(double[] theta)
    {
        var bends = _problem.Design.Changepoints.Length;
        foreach (var (shift, factor) in new[] { (-1, 1.0), (1, 1), (0, 1.5), (0, 0.5) })
            yield return Bent(theta, shift, factor);
        foreach (var sharp in Enumerable.Range(2, bends)
            .Where(j => theta[j] != 0)
            .OrderByDescending(j => Math.Abs(theta[j]))
            .Take(MostDropped))
            yield return Without(theta, sharp, 1);
        yield return Without(theta, 2, bends);
        yield return Without(theta, 2 + bends, _problem.Design.Columns);
        foreach (var factor in _problem.Growth == Growth.Logistic ? [] : new[] { -1, 0.1, 0.02 })
            yield return Exchanged(theta, factor);
    }

    /// <summary>A smaller or opposite trend with terms that are larger for it: their product stays.</summary>
    private double[] Exchanged(double[] theta, double factor)
    {
        var exchanged = (double[])theta.Clone();
        var (bends, multiplicative) = (_problem.Design.Changepoints.Length, _problem.Design.Multiplicative);
        foreach (ref var value in exchanged.AsSpan(0, 2 + bends))
            value *= factor;
        for (var j = 0; j < multiplicative.Length; j++)
            exchanged[2 + bends + j] /= multiplicative[j] ? factor : 1;
        return exchanged;
    }

    private static double[] Without(double[] theta, int from, int count)
    {
        var without = (double[])theta.Clone();
        without.AsSpan(from, count).Clear();
        return without;
    }

    private double[] Bent(double[] theta, int shift, double factor)
    {
        var bent = (double[])theta.Clone();
        var bends = _problem.Design.Changepoints.Length;
        bent[0] *= factor;
        for (var j = 0; j < bends; j++)
            bent[2 + j] = j + shift >= 0 && j + shift < bends ? factor * theta[2 + j + shift] : 0;
        return bent;
    }
}
