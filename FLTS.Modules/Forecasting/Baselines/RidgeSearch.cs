namespace FLTS.Forecasting.Baselines;

/// <summary>Coefficients of one target: those that validation chose, and those that are kept.</summary>
/// <param name="Selected">[P] Fitted on the rows before validation.</param>
/// <param name="Kept">[P] Fitted on all where that was asked for, else <paramref name="Selected"/>.</param>
/// <param name="Penalty">Chosen.</param>
/// <param name="Error">Sum of squared errors of <paramref name="Selected"/> on validation.</param>
internal sealed record RidgeSolution(double[] Selected, double[] Kept, double Penalty, double Error);

/// <summary>
/// Fits targets that are observed in the same rows, so that they share their equations, with the penalty of least validation error: in the
/// form whose system is smaller, that of the features or (<see cref="DualRidge"/>) that of the rows.
/// </summary>
internal sealed class RidgeSearch
{
    /// <summary>Penalties tried, a row, on standardised columns; the largest leave next to nothing of any column.</summary>
    private static readonly double[] _penalties = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100];

    /// <summary>Taken where nothing validates.</summary>
    private const double UsualPenalty = 1e-3;

    private readonly LeadRows _lead;
    private readonly int[] _fit, _check, _between;
    private readonly bool _refits;

    /// <param name="lead">Regression rows.</param>
    /// <param name="observed">[T] Of the targets.</param>
    /// <param name="validationStart">First row that validates.</param>
    /// <param name="refits">Whether what is kept is fitted on validation too.</param>
    public RidgeSearch(LeadRows lead, bool[] observed, int validationStart, bool refits)
    {
        _lead = lead;
        var end = lead.Lags.Series.Rows;
        _fit = [.. lead.Explained(observed, new RowSpan(0, validationStart))];
        _check = [.. lead.Explained(observed, new RowSpan(validationStart, end))];
        _refits = refits && _check.Length > 0;
        _between = _refits && lead.Lead > 1
            ? [.. lead.Explained(observed, new RowSpan(0, end)).Where(row => row < validationStart && row + lead.Lead > validationStart)]
            : [];
    }

    /// <summary>Rows fitted before validation.</summary>
    public int Rows => _fit.Length;

    /// <summary>Rows that validate.</summary>
    public int Checked => _check.Length;

    /// <summary>Size of the larger system.</summary>
    public int Equations => Math.Min(_lead.Features, All);

    /// <summary>Multiplications of <see cref="Solve"/>, nearly.</summary>
    /// <param name="shared">Whether most windows were summed for another search.</param>
    public double Operations(bool shared)
    {
        double all = All, size = Equations, features = _lead.Features, solves = _penalties.Length + 1;
        var windows = shared && !IsDual ? 0 : all * size * features / 2;
        return windows + (solves * size * size * ((size / 6) + _lead.Answers)) + (3 * all * features * _lead.Answers);
    }

    private int All => _fit.Length + _check.Length + _between.Length;

    private bool IsDual => _fit.Length < _lead.Features;

    /// <summary>[K]</summary>
    /// <param name="fit">For windows of the rows fitted; moved to them.</param>
    /// <param name="check">For those of the rows that validate.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public RidgeSolution[] Solve(LagSums fit, LagSums check, CancellationToken cancellation) =>
        IsDual ? Dual(cancellation) : Primal(fit, check, cancellation);

    private RidgeSolution[] Primal(LagSums windows, LagSums checkWindows, CancellationToken cancellation)
    {
        var fit = NormalEquations.Of(_lead, _fit, windows, cancellation);
        var check = NormalEquations.Of(_lead, _check, checkWindows, cancellation);
        var solutions = _penalties.Select(fit.Solve).ToArray();
        var all = _refits ? fit.Plus(check, _between) : null;
        return Chosen(
            (p, k) => check.SquaredError(solutions[p][k], k),
            (p, k) => solutions[p][k],
            (penalty, members) => all?.Solve(penalty) is { } kept ? Array.ConvertAll(members, k => kept[k]) : null);
    }

    private RidgeSolution[] Dual(CancellationToken cancellation)
    {
        int[] rows = [.. _fit, .. _check], every = [.. Enumerable.Range(0, _lead.Answers)];
        var products = DualRidge.Products(_lead, rows, cancellation);
        var fit = new DualRidge(_lead, _fit, products);
        var weights = _penalties.Select(penalty => Weights(fit, penalty, every)).ToArray();
        int[] all = [.. _fit, .. _between, .. _check];
        var ridge = new Lazy<DualRidge>(() => new DualRidge(
            _lead, all, _between.Length == 0 ? products : DualRidge.Products(_lead, all, cancellation)));
        var sums = new Lazy<NormalEquations>(() => NormalEquations.Of(_lead, all, new LagSums(_lead.Lags), cancellation));
        return Chosen(
            (p, k) => fit.SquaredError(weights[p][k], k, _check, products.AsSpan(_fit.Length)),
            (p, k) => fit.Coefficients(weights[p][k], k),
            (penalty, members) => _refits ? Refit(penalty, members) : null);

        double[][] Refit(double penalty, int[] members)
        {
            if (all.Length < _lead.Features)
                return [.. Weights(ridge.Value, penalty, members).Select((w, i) => ridge.Value.Coefficients(w, members[i]))];
            var kept = sums.Value.Solve(penalty);
            return Array.ConvertAll(members, k => kept[k]);
        }

        double[][] Weights(DualRidge ridge, double penalty, int[] members)
        {
            cancellation.ThrowIfCancellationRequested();
            return ridge.Solve(penalty, members);
        }
    }

    /// <summary>Of each target the penalty with the least error.</summary>
    /// <param name="error">Of a penalty and a target, on validation.</param>
    /// <param name="selected">Coefficients of a penalty and a target.</param>
    /// <param name="refit">Coefficients of a penalty and some targets on all rows; null: those selected are kept.</param>
    private RidgeSolution[] Chosen(
        Func<int, int, double> error, Func<int, int, double[]> selected, Func<double, int[], double[][]?> refit)
    {
        var solutions = new RidgeSolution[_lead.Answers];
        var best = Enumerable.Range(0, solutions.Length).Select(k => Best(p => error(p, k))).ToArray();
        foreach (var targets in Enumerable.Range(0, solutions.Length).GroupBy(k => best[k].Penalty))
        {
            int[] members = [.. targets];
            var penalty = _penalties[targets.Key];
            var kept = refit(penalty, members);
            foreach (var (i, k) in members.Index())
            {
                var chosen = selected(targets.Key, k);
                solutions[k] = new RidgeSolution(chosen, kept?[i] ?? chosen, penalty, best[k].Error);
            }
        }

        return solutions;
    }

    private (int Penalty, double Error) Best(Func<int, double> error)
    {
        var (best, least) = (_check.Length == 0 ? Array.IndexOf(_penalties, UsualPenalty) : 0, double.PositiveInfinity);
        for (var p = 0; p < _penalties.Length && _check.Length > 0; p++)
        {
            var of = error(p);
            if (of < least)
                (best, least) = (p, of);
        }

        return (best, _check.Length == 0 ? 0 : least);
    }
}
