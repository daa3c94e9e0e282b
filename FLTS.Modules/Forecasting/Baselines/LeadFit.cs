using FLTS.Forecasting.Features;
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
    private readonly ColumnSpread[] _scale; // [F] Infinite deviations where nothing is to be left of a column.
    private readonly int[] _columns; // [M] Of the targets.

    /// <param name="data">Train.</param>
    /// <param name="inputLength">L.</param>
    /// <param name="refits">Whether what is kept is fitted on validation too.</param>
    public LeadFit(TrainingSet data, int inputLength, bool refits)
    {
        var series = data.Series;
        (_data, _refits, InputLength) = (data, refits && data.ValidationStart < series.Rows, inputLength);
        Scale = [.. series.Values.Select(v => Spread(v.AsSpan(0, Math.Max(data.ValidationStart, 1))))];
        // Of a year of which weeks were seen, say, nothing is learned: its coefficients come out as 0.
        var seen = series.Timestamps.AsSpan(0, data.ValidationStart);
        _scale = [.. Scale];
        for (var f = 0; f < _scale.Length; f++)
        {
            if (!CalendarFeatures.IsToldBy(series.Columns[f], seen))
                _scale[f] = _scale[f] with { Deviation = double.PositiveInfinity };
        }

        _lags = new LagRows(series, inputLength, _scale);
        _columns = series.TargetIndexes();
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
    public (int Equations, double Operations) Cost(int leads) => Search().Cost(Lags(1), leads);

    /// <summary>Windows, and maybe SEASONAL_MEAN, explain, lead by lead, as <paramref name="terms"/> says.</summary>
    /// <param name="terms">What explains.</param>
    /// <param name="leads">In any order; neighbours share most.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public IEnumerable<LeadSolution> Solve(LeadTerms terms, IEnumerable<int> leads, CancellationToken cancellation)
    {
        // Sums of its own: what was solved before changes no bit.
        var (series, search) = (_data.Series, Search());
        if (terms == LeadTerms.Lags)
        {
            foreach (var lead in leads)
                yield return search.Solve(terms, Lags(lead), cancellation);
            yield break;
        }

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
            yield return search.Solve(terms, rows, cancellation);
        }
    }

    private LeadSearch Search() => new(_data.Series, _data.ValidationStart, _refits);

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

        return new LagRows(series, InputLength, _scale, values);
    }

    private double Standardised(int column, double value) => (value - _scale[column].Mean) / _scale[column].Deviation;

    private static ColumnSpread Spread(ReadOnlySpan<double> values)
    {
        var (mean, deviation) = Statistics.MeanAndDeviation(values);
        var (min, max) = Statistics.Range(values);
        return new ColumnSpread(mean, Statistics.IsFlat(min, max) || !(deviation > 0) ? 1 : deviation);
    }
}
