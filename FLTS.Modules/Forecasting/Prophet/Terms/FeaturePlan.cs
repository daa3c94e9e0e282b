using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Terms;

/// <summary>
/// The columns of the design matrix in Prophet's order (<c>make_all_seasonality_features</c>): seasonalities, holidays by name, regressors;
/// and how a row fills them.
/// </summary>
internal sealed class FeaturePlan
{
    private readonly Seasonality[] _seasonalities;
    private readonly FittedRegressor[] _regressors;
    private readonly HolidayFeatures _holidays;
    private readonly int _firstRegressor;

    public FeaturePlan(
        IReadOnlyList<Seasonality> seasonalities,
        IReadOnlyList<FittedRegressor> regressors,
        ProphetSettings settings,
        IReadOnlyList<Holiday> futureHolidays)
    {
        this._seasonalities = [.. seasonalities];
        this._regressors = [.. regressors];
        var columns = new List<FeatureColumn>();
        foreach (var term in seasonalities)
        {
            for (var i = 1; i <= 2 * term.FourierOrder; i++)
                columns.Add(new FeatureColumn(
                    $"{term.Name}_delim_{i}", term.Name, FeatureKind.Seasonality, term.PriorScale!.Value, term.Mode!.Value));
        }

        _holidays = new HolidayFeatures(settings, futureHolidays, columns.Count);
        columns.AddRange(_holidays.Columns);
        _firstRegressor = columns.Count;
        columns.AddRange(regressors.Select(r => new FeatureColumn(r.Name, r.Name, FeatureKind.Regressor, r.PriorScale, r.Mode)));
        Columns = [.. columns];
    }

    /// <summary>[Q] Columns.</summary>
    public FeatureColumn[] Columns { get; }

    /// <summary>Writes the Q features of one row.</summary>
    public void Fill(ProphetFrame frame, int row, Span<double> features)
    {
        features.Clear();
        var days = ProphetFrame.Days(frame.Ds[row]);
        var at = 0;
        foreach (var term in _seasonalities)
        {
            var width = 2 * term.FourierOrder;
            if (term.Condition is null || frame.Conditions[term.Condition][row])
                Seasonalities.Fourier(days, term.Period, features.Slice(at, width));
            at += width;
        }

        _holidays.Fill(frame.Ds[row], features);
        for (var i = 0; i < _regressors.Length; i++)
            features[_firstRegressor + i] = (frame.Regressors[_regressors[i].Name][row] - _regressors[i].Mean) / _regressors[i].Deviation;
    }

    /// <summary>Row-major [N, Q] features of all rows; blocks of rows in parallel.</summary>
    public double[] Matrix(ProphetFrame frame, Parallelism parallelism)
    {
        const int block = 4096;
        var q = Columns.Length;
        var matrix = new double[checked(frame.Rows * (long)q)];
        parallelism.For((frame.Rows + block - 1) / block, b =>
        {
            for (var row = b * block; row < Math.Min(frame.Rows, (b + 1) * block); row++)
                Fill(frame, row, matrix.AsSpan(row * q, q));
        });
        return matrix;
    }
}
