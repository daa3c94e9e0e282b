using System.Runtime.InteropServices;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// Solves regressions of all targets, lead after lead: targets that are observed in the same rows share their equations, and leads the sums
/// of what explains them.
/// </summary>
internal sealed class LeadSearch
{
    private readonly int _targets, _validationStart;
    private readonly bool _refits;
    private readonly (int[] Targets, bool[] Observed)[] _groups;
    private readonly Dictionary<LagRows, (LagSums Fit, LagSums Check)> _sums = [];

    /// <param name="series">Train; targets that are flat in it are left out.</param>
    /// <param name="validationStart">First row that validates.</param>
    /// <param name="refits">Whether what is kept is fitted on validation too.</param>
    public LeadSearch(PreparedSeries series, int validationStart, bool refits)
    {
        (_targets, _validationStart, _refits) = (series.Targets.Count, validationStart, refits);
        var columns = series.TargetIndexes();
        _groups =
        [
            .. Enumerable.Range(0, columns.Length)
                .Where(m => !series.FlatTargets.Contains(series.Targets[m]))
                .GroupBy(m => series.Observed[columns[m]], MaskComparer.Instance)
                .Select(group => (group.ToArray(), group.Key)),
        ];
    }

    /// <summary>Size of the largest system, and multiplications, nearly, of so many leads of the same terms.</summary>
    public (int Equations, double Operations) Cost(LeadRows lead, int leads)
    {
        var (equations, operations) = (0, 0.0);
        foreach (var (targets, observed) in _groups)
        {
            var search = new RidgeSearch(lead.Of(targets), observed, _validationStart, _refits);
            equations = Math.Max(equations, search.Equations);
            operations += search.Operations(shared: operations > 0) + ((leads - 1) * search.Operations(shared: true));
        }

        return (equations, operations);
    }

    /// <summary>Of each target the penalty that validates best, and its coefficients.</summary>
    /// <param name="terms">What explains.</param>
    /// <param name="lead">Regression rows, all targets among the answers.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public LeadSolution Solve(LeadTerms terms, LeadRows lead, CancellationToken cancellation)
    {
        var sums = Sums(lead);
        var (solutions, checkedCells) = (new RidgeSolution?[_targets], 0L);
        foreach (var (targets, observed) in _groups)
        {
            var search = new RidgeSearch(lead.Of(targets), observed, _validationStart, _refits);
            if (search.Rows == 0)
                continue;
            checkedCells += (long)search.Checked * targets.Length;
            foreach (var (m, solution) in targets.Zip(search.Solve(sums.Fit, sums.Check, cancellation)))
                solutions[m] = solution;
        }

        return new LeadSolution(lead.Lead, terms, solutions, checkedCells);
    }

    /// <summary>[M] Coefficients on all rows up to the end of train by penalties that were chosen before.</summary>
    /// <param name="lead">Regression rows, all targets among the answers.</param>
    /// <param name="penalties">[M] Null: the target has no regression.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public double[]?[] Solve(LeadRows lead, double?[] penalties, CancellationToken cancellation)
    {
        var (sums, coefficients) = (Sums(lead), new double[]?[_targets]);
        var all = new RowSpan(0, lead.Lags.Series.Rows);
        foreach (var (targets, observed) in _groups)
        {
            var answers = lead.Of(targets);
            var equations = NormalEquations.Of(answers, [.. answers.Explained(observed, all)], sums.Fit, cancellation);
            foreach (var penalty in targets.Select(m => penalties[m]).OfType<double>().Distinct())
            {
                foreach (var (m, solution) in targets.Zip(equations.Solve(penalty)).Where(s => penalties[s.First] == penalty))
                    coefficients[m] = solution;
            }
        }

        return coefficients;
    }

    private (LagSums Fit, LagSums Check) Sums(LeadRows lead)
    {
        if (!_sums.TryGetValue(lead.Lags, out var sums))
            _sums[lead.Lags] = sums = (new LagSums(lead.Lags), new LagSums(lead.Lags));
        return sums;
    }

    private sealed class MaskComparer : IEqualityComparer<bool[]>
    {
        public static readonly MaskComparer Instance = new();

        public bool Equals(bool[]? x, bool[]? y) => ReferenceEquals(x, y) || x!.AsSpan().SequenceEqual(y);

        public int GetHashCode(bool[] mask)
        {
            var hash = default(HashCode);
            hash.AddBytes(MemoryMarshal.AsBytes(mask.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
