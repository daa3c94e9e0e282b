namespace FLTS.Forecasting.Ensemble;

/// <summary>
/// Weights of at least 0 that sum to 1 with the least squared error, exactly: of every set of members the weights that are all above 0 have
/// a closed form, and the best of any weights is the best of these. P members, at most <see cref="Most"/> with weight.
/// </summary>
internal sealed class ConvexWeights
{
    /// <summary>Members with weight.</summary>
    public const int Most = 4;

    /// <summary>Members to choose from: their sets are looked at one by one.</summary>
    public const int MostCandidates = 16;

    /// <summary>A set with more members must err less by this share: a member listed twice, or worth nothing, adds nothing.</summary>
    private const double Gain = 1e-9;

    /// <summary>Added to the squared errors, as a share of their mean: errors that cancel have a solution too.</summary>
    private const double Ridge = 1e-12;

    private readonly double[,] _errors;
    private readonly int _among;
    private readonly Dictionary<int, (double[] Weights, double Error)> _best = [];

    /// <param name="errors">[P, P] Mean products of the members' errors on the same cells.</param>
    /// <param name="among">Members that may have weight, as bits.</param>
    public ConvexWeights(double[,] errors, int among) => (_errors, _among) = (errors, among);

    /// <summary>P.</summary>
    public int Members => _errors.GetLength(0);

    /// <summary>The sets of one to <see cref="Most"/> of P members as bits, ascending.</summary>
    public static IEnumerable<int> Sets(int members) =>
        Enumerable.Range(1, (1 << members) - 1).Where(set => int.PopCount(set) <= Most);

    /// <summary>[P] The best weights within a set, and their mean squared error; null: none of its members may have weight.</summary>
    public (double[] Weights, double Error)? Of(int set)
    {
        set &= _among;
        if (set == 0)
            return null;
        if (!_best.TryGetValue(set, out var best))
            _best[set] = best = Within(set);
        return best;
    }

    /// <summary>That of all its members, or of the set without one of them.</summary>
    private (double[] Weights, double Error) Within(int set)
    {
        (double[] Weights, double Error)? best = null;
        for (var i = _errors.GetLength(0) - 1; i >= 0; i--)
        {
            // Of equal ones the set with the earlier members, which is met first.
            if ((set & (1 << i)) != 0 && Of(set & ~(1 << i)) is { } smaller && (best is null || smaller.Error < best.Value.Error))
                best = smaller;
        }

        return Inside(_errors, set) is { } own && (best is null || own.Error < best.Value.Error * (1 - Gain)) ? own : best!.Value;
    }

    /// <summary>The weights of a set that are all above 0; null: its best leaves one out.</summary>
    private static (double[] Weights, double Error)? Inside(double[,] errors, int set)
    {
        int[] members = [.. Enumerable.Range(0, errors.GetLength(0)).Where(i => (set & (1 << i)) != 0)];
        if (Solve(errors, members) is not { } solution || solution.Any(w => !(w > 0)))
            return null;

        var (weights, sum, error) = (new double[errors.GetLength(0)], solution.Sum(), 0.0);
        for (var i = 0; i < members.Length; i++)
            weights[members[i]] = solution[i] / sum;
        foreach (var i in members)
        {
            foreach (var j in members)
                error += weights[i] * weights[j] * errors[i, j];
        }

        return (weights, error);
    }

    /// <summary>x of errors x = 1 by Cholesky's factors; null: the errors depend on each other.</summary>
    private static double[]? Solve(double[,] errors, int[] members)
    {
        var n = members.Length;
        if (n == 1)
            return [1];
        var (factor, x, ridge) = (new double[n, n], new double[n], Ridge * members.Average(i => errors[i, i]));
        for (var i = 0; i < n; i++)
        {
            var rest = 1.0;
            for (var j = 0; j <= i; j++)
            {
                var sum = errors[members[i], members[j]] + (i == j ? ridge : 0);
                for (var k = 0; k < j; k++)
                    sum -= factor[i, k] * factor[j, k];
                if (i == j && !(sum > 0))
                    return null;
                factor[i, j] = i == j ? Math.Sqrt(sum) : sum / factor[j, j];
                rest -= j < i ? factor[i, j] * x[j] : 0;
            }

            x[i] = rest / factor[i, i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
                x[i] -= factor[k, i] * x[k];
            x[i] /= factor[i, i];
        }

        return x;
    }
}
