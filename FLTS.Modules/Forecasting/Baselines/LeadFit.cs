using System.Runtime.InteropServices;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>Regressions of the targets of a train part, lead by lead.</summary>
internal sealed class LeadFit
{
    private readonly TrainingSet _data;
    private readonly bool _refits;
    private readonly LagRows _lags;
    private readonly int[] _columns; // [M] Of the targets.
    private readonly (int[] Targets, bool[] Observed)[] _groups; // Targets observed in the same rows share their equations.
    private readonly Dictionary<LagRows, (LagSums Fit, LagSums Check)> _sums = [];

    /// <param name="data">Train.</param>
    /// <param name="inputLength">L.</param>
    /// <param name="refits">Whether what is kept is fitted on validation too.</param>
    public LeadFit(TrainingSet data, int inputLength, bool refits)
    {
        var series = data.Series;
        (_data, _refits, InputLength) = (data, refits && data.ValidationStart < series.Rows, inputLength);
        Scale = [.. series.Values.Select(v => Spread(v.AsSpan(0, Math.Max(data.ValidationStart, 1))))];
        _lags = new LagRows(series, inputLength, Scale);
        _columns = series.TargetIndexes();
        _groups =
        [
            .. Enumerable.Range(0, _columns.Length)
                .Where(m => !series.FlatTargets.Contains(series.Targets[m]))
                .GroupBy(m => series.Observed[_columns[m]], MaskComparer.Instance)
                .Select(group => (group.ToArray(), group.Key)),
        ];
    }

    public int InputLength { get; }

    /// <summary>[F]</summary>
    public ColumnSpread[] Scale { get; }

    /// <summary>Whether <see cref="LeadSolution.Kept"/> is another fit than <see cref="LeadSolution.Selected"/>.</summary>
    public bool Refits => _refits;

    /// <summary>What explains a model's forecasts.</summary>
    public ModelSignature Signature(string modelType) =>
        new(modelType, _data.Series.Columns, _data.Series.Targets, InputLength, 1, _data.Series.Step)
        {
            Plausible = PlausibleRange.Scaled(_data.Scaler, _data.Series.Targets),
        };

    /// <summary>Size of the largest system, and multiplications, nearly, of so many leads of the same terms.</summary>
    public (int Equations, double Operations) Cost(int leads)
    {
        var (equations, operations, lead) = (0, 0.0, Lags(1));
        foreach (var (targets, observed) in _groups)
        {
            var search = new RidgeSearch(lead.Of(targets), observed, _data.ValidationStart, _refits);
            equations = Math.Max(equations, search.Equations);
            operations += search.Operations(shared: operations > 0) + ((leads - 1) * search.Operations(shared: true));
        }

        return (equations, operations);
    }

    /// <summary>Windows explain values.</summary>
    public LeadSolution Solve(int lead, CancellationToken cancellation) => Solve(LeadTerms.Lags, Lags(lead), cancellation);

    /// <summary>Windows and SEASONAL_MEAN explain, lead by lead, as <paramref name="terms"/> says.</summary>
    /// <param name="terms">Not <see cref="LeadTerms.Lags"/>.</param>
    /// <param name="leads">In any order; neighbours share most.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public IEnumerable<LeadSolution> Solve(LeadTerms terms, IEnumerable<int> leads, CancellationToken cancellation)
    {
        var series = _data.Series;
        var profile = new SeasonProfile(series, series.Targets);
        var first = 0;
        while (first < series.Rows && !profile.HasRows(first))
            first++;
        var deviates = terms == LeadTerms.Deviations;
        var lags = deviates ? Deviations(profile, first) : _lags;
        foreach (var lead in leads)
        {
            var season = Season(profile, first, lead);
            var answers = deviates
                ? Answers(lead, (row, m) => _lags.At(row + lead - 1, _columns[m]) - season[(row * _columns.Length) + m])
                : Answers(lead, (row, m) => _lags.At(row + lead - 1, _columns[m]));
            var rows = new LeadRows(
                lags, lead, answers, deviates ? null : season, first + 1 + (deviates ? InputLength : 0));
            yield return Solve(terms, rows, cancellation);
        }
    }

    private LeadSolution Solve(LeadTerms terms, LeadRows lead, CancellationToken cancellation)
    {
        if (!_sums.TryGetValue(lead.Lags, out var sums))
            _sums[lead.Lags] = sums = (new LagSums(lead.Lags), new LagSums(lead.Lags));
        var (solutions, checkedCells) = (new RidgeSolution?[_columns.Length], 0L);
        foreach (var (targets, observed) in _groups)
        {
            var search = new RidgeSearch(lead.Of(targets), observed, _data.ValidationStart, _refits);
            if (search.Rows == 0)
                continue;
            checkedCells += (long)search.Checked * targets.Length;
            foreach (var (m, solution) in targets.Zip(search.Solve(sums.Fit, sums.Check, cancellation)))
                solutions[m] = solution;
        }

        return new LeadSolution(lead.Lead, terms, solutions, checkedCells);
    }

    private LeadRows Lags(int lead) => new(_lags, lead, Answers(lead, (row, m) => _lags.At(row + lead - 1, _columns[m])));

    private double[][] Answers(int lead, Func<int, int, double> answer) =>
    [
        .. Enumerable.Range(0, _columns.Length).Select(m =>
        {
            var answers = new double[_data.Series.Rows];
            for (var row = 0; row + lead - 1 < answers.Length; row++)
                answers[row] = answer(row, m);
            return answers;
        }),
    ];

    /// <summary>[T, M] Standardised SEASONAL_MEAN some steps behind the row before each.</summary>
    private double[] Season(SeasonProfile profile, int first, int lead)
    {
        var (season, values) = (new double[_data.Series.Rows * _columns.Length], new double[_columns.Length]);
        for (var row = first + 1; row < _data.Series.Rows; row++)
        {
            profile.TryFill(row - 1, lead, values);
            for (var m = 0; m < values.Length; m++)
                season[(row * values.Length) + m] = Standardised(_columns[m], values[m]);
        }

        return season;
    }

    /// <summary>The targets as differences to SEASONAL_MEAN as it was before each row.</summary>
    private LagRows Deviations(SeasonProfile profile, int first)
    {
        var series = _data.Series;
        double[][] values = [.. series.Values.Select((column, f) => Array.ConvertAll(column, v => Standardised(f, v)))];
        var season = new double[_columns.Length];
        for (var row = first + 1; row < series.Rows; row++)
        {
            profile.TryFillBefore(row, season);
            for (var m = 0; m < season.Length; m++)
                values[_columns[m]][row] -= Standardised(_columns[m], season[m]);
        }

        return new LagRows(series, InputLength, Scale, values);
    }

    private double Standardised(int column, double value) => (value - Scale[column].Mean) / Scale[column].Deviation;

    private static ColumnSpread Spread(ReadOnlySpan<double> values)
    {
        var (mean, deviation) = Statistics.MeanAndDeviation(values);
        var (min, max) = Statistics.Range(values);
        return new ColumnSpread(mean, Statistics.IsFlat(min, max) || !(deviation > 0) ? 1 : deviation);
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
