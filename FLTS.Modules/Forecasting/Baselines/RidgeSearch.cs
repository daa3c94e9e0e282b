namespace FLTS.Forecasting.Baselines;

/// <summary>Coefficients of one target: those that validation chose, and those that are kept.</summary>
internal sealed record RidgeSolution(double[] Selected, double[] Kept, double Penalty);

/// <summary>
/// Fits targets that are observed in the same rows, so that they share their equations, with the penalty of least validation error: in the
/// form whose system is smaller, that of the features or (<see cref="DualRidge"/>) that of the rows.
/// </summary>
internal sealed class RidgeSearch
{
    /// <summary>Penalties tried, a row, on standardised columns.</summary>
    private static readonly double[] _penalties = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

    /// <summary>Taken where nothing validates.</summary>
    private const double UsualPenalty = 1e-3;

    private readonly LagRows _lags;
    private readonly bool[] _observed;
    private readonly int _validationStart;
    private readonly int[] _answers;
    private readonly int _check;
    private readonly bool _refits;

    /// <param name="lags">Regression rows.</param>
    /// <param name="observed">[T] Of the targets.</param>
    /// <param name="answers">[K] Their columns.</param>
    /// <param name="validationStart">First row that validates.</param>
    /// <param name="refits">Whether what is kept is fitted on validation too.</param>
    public RidgeSearch(LagRows lags, bool[] observed, int[] answers, int validationStart, bool refits)
    {
        (_lags, _observed, _answers, _validationStart) = (lags, observed, answers, validationStart);
        Rows = lags.Explained(observed, new RowSpan(0, validationStart)).Count();
        _check = lags.Explained(observed, new RowSpan(validationStart, lags.Series.Rows)).Count();
        _refits = refits && _check > 0;
    }

    /// <summary>Rows fitted before validation.</summary>
    public int Rows { get; }

    /// <summary>Size of the larger system.</summary>
    public int Equations => Math.Min(_lags.Features, Rows + _check);

    /// <summary>Multiplications of <see cref="Solve"/>, nearly.</summary>
    public double Operations
    {
        get
        {
            double all = Rows + _check, size = Equations, features = _lags.Features, solves = _penalties.Length + 1;
            return (all * size * features / 2) + (solves * size * size * ((size / 6) + _answers.Length))
                + (3 * all * features * _answers.Length);
        }
    }

    /// <summary>[K]</summary>
    public RidgeSolution[] Solve(CancellationToken cancellation) =>
        Rows < _lags.Features ? Dual(cancellation) : Primal(cancellation);

    private RidgeSolution[] Primal(CancellationToken cancellation)
    {
        var fit = Sums(new RowSpan(0, _validationStart), cancellation);
        var check = Sums(new RowSpan(_validationStart, _lags.Series.Rows), cancellation);
        var solutions = _penalties.Select(fit.Solve).ToArray();
        var all = _refits ? fit.Plus(check) : null;
        return Chosen(
            (p, k) => check.SquaredError(solutions[p][k], k),
            (p, k) => solutions[p][k],
            (penalty, members) => all?.Solve(penalty) is { } kept ? Array.ConvertAll(members, k => kept[k]) : null);
    }

    private RidgeSolution[] Dual(CancellationToken cancellation)
    {
        int[] rows = [.. _lags.Explained(_observed, new RowSpan(0, _lags.Series.Rows))], every = [.. Enumerable.Range(0, _answers.Length)];
        var products = DualRidge.Products(_lags, rows, cancellation);
        var fit = new DualRidge(_lags, rows[..Rows], products, _answers);
        var weights = _penalties.Select(penalty => Weights(fit, penalty, every)).ToArray();
        var all = new Lazy<DualRidge>(() => new DualRidge(_lags, rows, products, _answers));
        return Chosen(
            (p, k) => fit.SquaredError(weights[p][k], k, _answers[k], rows.AsSpan(Rows), products.AsSpan(Rows)),
            (p, k) => fit.Coefficients(weights[p][k], k),
            (penalty, members) => _refits ? Refit(penalty, members) : null);

        double[][] Refit(double penalty, int[] members)
        {
            if (rows.Length < _lags.Features)
                return [.. Weights(all.Value, penalty, members).Select((w, i) => all.Value.Coefficients(w, members[i]))];
            var kept = Sums(new RowSpan(0, _lags.Series.Rows), cancellation).Solve(penalty);
            return Array.ConvertAll(members, k => kept[k]);
        }

        double[][] Weights(DualRidge ridge, double penalty, int[] members)
        {
            cancellation.ThrowIfCancellationRequested();
            return ridge.Solve(penalty, members);
        }
    }

    private NormalEquations Sums(RowSpan span, CancellationToken cancellation) =>
        NormalEquations.Of(_lags, _observed, _answers, span, cancellation);

    /// <summary>Of each target the penalty with the least error.</summary>
    /// <param name="error">Of a penalty and a target, on validation.</param>
    /// <param name="selected">Coefficients of a penalty and a target.</param>
    /// <param name="refit">Coefficients of a penalty and some targets on all rows; null: those selected are kept.</param>
    private RidgeSolution[] Chosen(
        Func<int, int, double> error, Func<int, int, double[]> selected, Func<double, int[], double[][]?> refit)
    {
        var solutions = new RidgeSolution[_answers.Length];
        foreach (var targets in Enumerable.Range(0, _answers.Length).GroupBy(k => Best(p => error(p, k))))
        {
            int[] members = [.. targets];
            var kept = refit(_penalties[targets.Key], members);
            foreach (var (i, k) in members.Index())
            {
                var chosen = selected(targets.Key, k);
                solutions[k] = new RidgeSolution(chosen, kept?[i] ?? chosen, _penalties[targets.Key]);
            }
        }

        return solutions;
    }

    private int Best(Func<int, double> error)
    {
        var (best, least) = (_check == 0 ? Array.IndexOf(_penalties, UsualPenalty) : 0, double.PositiveInfinity);
        for (var p = 0; p < _penalties.Length && _check > 0; p++)
        {
            var of = error(p);
            if (of < least)
                (best, least) = (p, of);
        }

        return best;
    }
}
