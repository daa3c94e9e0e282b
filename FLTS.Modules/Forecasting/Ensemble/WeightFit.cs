using FLTS.Forecasting.Intervals;

namespace FLTS.Forecasting.Ensemble;

/// <summary>
/// Weights by least squares on the validation part (FORECASTING.md 5). P candidates, K knots, M targets (those flat in train left out), N
/// origins.
/// </summary>
/// <param name="candidates">[P] Finite wherever <paramref name="cells"/> holds a cell.</param>
/// <param name="isReference">[P]</param>
/// <param name="cells">[N * K] Whether a cell's target lies in the part that weights are fitted on; leads of an origin in a row.</param>
/// <param name="seasons">[K] That the origins of a knot's cells span.</param>
/// <param name="ranges">[M] Of train: what errors of unlike targets are measured in.</param>
internal sealed class WeightFit(
    IReadOnlyList<ValidationForecasts> candidates, bool[] isReference, bool[] cells, double[] seasons, double[] ranges)
{
    /// <summary>A member with less than this everywhere is none.</summary>
    private const double LeastWeight = 0.03;

    /// <summary>Members whose squared error is at most this much of the best one's are as good as it, for all that is known: 10 % of the
    /// error.</summary>
    private const double AsGood = 1.1 * 1.1;

    private readonly int _leads = candidates[0].Leads.Count, _targets = ranges.Length;

    /// <summary>The weights, and the candidates that have any.</summary>
    public (EnsembleWeights Weights, int[] Members) Solve()
    {
        var products = Products();

        // Where no origin is left the knot has no weights of its own: those of the one before are held.
        int[] knots = [.. Enumerable.Range(0, _leads).TakeWhile(k => products[k].Any(p => p.Cells > 0))];
        if (knots.Length == 0)
            throw new InvalidInputException(
                "ENSEMBLE needs validation rows with an observed target that models and references could forecast; there are none. Raise "
                + "validation_fraction, or give more rows.");

        var pooled = Array.ConvertAll(knots, k => new ConvexWeights(Pooled(products[k]), Allowed(k)));
        for (var set = Best(pooled, ConvexWeights.Sets(candidates.Count)); ;)
        {
            double[][][] weights = [.. knots.Select(k => Weights(products[k], pooled[k], set, k))];
            var most = Enumerable.Range(0, candidates.Count).Select(p => weights.Max(knot => knot.Max(target => target[p]))).ToArray();
            int[] members = [.. Enumerable.Range(0, candidates.Count).Where(p => (set & (1 << p)) != 0)];
            var least = members.MinBy(p => most[p]);
            if (most[least] >= LeastWeight || members.Length == 1)
                return (new EnsembleWeights([.. knots.Select(k => candidates[0].Leads[k])], weights).Only(members), members);
            set &= ~(1 << least);
        }
    }

    /// <summary>Under one season a model's errors say too little of it: references only.</summary>
    private int Allowed(int knot)
    {
        var references = Enumerable.Range(0, candidates.Count).Where(p => isReference[p]).Sum(p => 1 << p);
        return seasons[knot] < 1 && references != 0 ? references : (1 << candidates.Count) - 1;
    }

    /// <summary>The set with the least geometric mean over the knots of the squared error; of equal ones the first.</summary>
    private static int Best(ConvexWeights[] pooled, IEnumerable<int> sets)
    {
        var (best, least) = (0, double.PositiveInfinity);
        foreach (var set in sets.Where(s => Array.TrueForAll(pooled, p => p.Of(s) is not null)))
        {
            var error = pooled.Average(p => Math.Log(Math.Max(p.Of(set)!.Value.Error, double.Epsilon)));
            if (error < least - 1e-9)
                (best, least) = (set, error);
        }

        return best;
    }

    /// <summary>[M][P] At one knot.</summary>
    private double[][] Weights((double[,] Products, int Cells)[] products, ConvexWeights pooled, int set, int knot)
    {
        var shared = pooled.Of(set)!.Value.Weights;
        var own = seasons[knot] < 1 ? 0 : seasons[knot] / (seasons[knot] + 1);
        var equal = Equal(pooled, set);
        return [.. products.Select(target =>
        {
            var its = own > 0 && target.Cells > 0
                ? new ConvexWeights(target.Products, set).Of(set)!.Value.Weights
                : shared;
            return shared.Select((w, p) => (w + (own * (its[p] - w)) + equal[p]) / 2).ToArray();
        })];
    }

    /// <summary>[P] Equal weights of a set's members that are as good as the best; what weights are drawn half-way to (ADR 29).</summary>
    private static double[] Equal(ConvexWeights pooled, int set)
    {
        var errors = Enumerable.Range(0, pooled.Members).Select(p => (set & (1 << p)) == 0 ? null : pooled.Of(1 << p)?.Error).ToArray();
        var good = errors.Select(error => error <= AsGood * errors.Min()).ToArray();
        return Array.ConvertAll(good, isGood => isGood ? 1.0 / good.Count(g => g) : 0);
    }

    /// <summary>[K][M] Mean products of errors, and over how many cells.</summary>
    private (double[,] Products, int Cells)[][] Products() => [.. Enumerable.Range(0, _leads)
        .Select(k => Enumerable.Range(0, _targets).Select(m => Products(k, m)).ToArray())];

    private (double[,] Products, int Cells) Products(int knot, int target)
    {
        var (count, sums, errors, truth) = (0, new double[candidates.Count, candidates.Count], new double[candidates.Count],
            candidates[0].Truth[target]);
        for (var i = knot; i < cells.Length; i += _leads)
        {
            if (!cells[i] || double.IsNaN(truth[i]))
                continue;
            count++;
            for (var p = 0; p < errors.Length; p++)
            {
                errors[p] = (truth[i] - candidates[p].Forecast[target][i]) / ranges[target];
                for (var q = 0; q <= p; q++)
                    sums[p, q] += errors[p] * errors[q];
            }
        }

        for (var p = 0; p < errors.Length; p++)
        {
            for (var q = 0; q <= p; q++)
                sums[p, q] = sums[q, p] = sums[p, q] / Math.Max(count, 1);
        }

        return (sums, count);
    }

    private double[,] Pooled((double[,] Products, int Cells)[] targets)
    {
        var (pooled, cells) = (new double[candidates.Count, candidates.Count], targets.Sum(t => t.Cells));
        foreach (var (products, count) in targets)
        {
            for (var p = 0; p < candidates.Count; p++)
            {
                for (var q = 0; q < candidates.Count; q++)
                    pooled[p, q] += products[p, q] * count / cells;
            }
        }

        return pooled;
    }
}
