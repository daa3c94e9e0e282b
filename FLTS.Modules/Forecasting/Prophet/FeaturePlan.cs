using FLTS.Modules.Contracts;

namespace FLTS.Modules.Forecasting.Prophet;

/// <summary>One column of the design matrix.</summary>
/// <param name="Name">Prophet's name, for example <c>weekly_delim_1</c>.</param>
/// <param name="Component">The term it belongs to, for example <c>weekly</c>.</param>
/// <param name="Kind">What kind of term that is.</param>
/// <param name="PriorScale">Standard deviation of its coefficient's prior.</param>
/// <param name="Mode">How it joins the trend.</param>
public sealed record FeatureColumn(string Name, string Component, FeatureKind Kind, double PriorScale, TermMode Mode);

/// <summary>Kinds of terms.</summary>
public enum FeatureKind
{
    Seasonality,
    Holiday,
    Regressor,
}

/// <summary>A regressor with what standardises it: (value - mean) / deviation.</summary>
public sealed record FittedRegressor(string Name, double PriorScale, TermMode Mode, double Mean, double Deviation)
{
    /// <summary>Learns mean and sample standard deviation (divisor n - 1, as pandas and R) from the history's rows.</summary>
    internal static FittedRegressor Of(Regressor regressor, double[] values, ProphetSettings settings)
    {
        var prior = regressor.PriorScale ?? settings.HolidaysPriorScale;
        var mode = regressor.Mode ?? settings.SeasonalityMode;
        var distinct = values.Distinct().Take(3).Order().ToArray();
        var standardise = regressor.Standardise switch
        {
            Standardisation.Never => false,
            Standardisation.Always => distinct.Length > 1,
            _ => distinct.Length > 1 && distinct is not [0, 1],
        };
        if (!standardise)
            return new FittedRegressor(regressor.Name, prior, mode, 0, 1);
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        return new FittedRegressor(regressor.Name, prior, mode, mean, deviation);
    }
}

/// <summary>
/// The columns of the design matrix in Prophet's order (<c>make_all_seasonality_features</c>): seasonalities, holidays by name, regressors;
/// and how a row fills them.
/// </summary>
internal sealed class FeaturePlan
{
    private readonly Seasonality[] seasonalities;
    private readonly FittedRegressor[] regressors;
    private readonly Dictionary<DateOnly, int[]> holidayColumns;
    private readonly int firstRegressor;

    public FeaturePlan(IReadOnlyList<Seasonality> seasonalities, IReadOnlyList<FittedRegressor> regressors, ProphetSettings settings, IReadOnlyList<Holiday> futureHolidays)
    {
        this.seasonalities = [.. seasonalities];
        this.regressors = [.. regressors];
        var columns = new List<FeatureColumn>();
        foreach (var term in seasonalities)
        {
            for (var i = 1; i <= 2 * term.FourierOrder; i++)
                columns.Add(new FeatureColumn($"{term.Name}_delim_{i}", term.Name, FeatureKind.Seasonality, term.PriorScale!.Value, term.Mode!.Value));
        }

        holidayColumns = AddHolidays(columns, settings, futureHolidays);
        firstRegressor = columns.Count;
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
        foreach (var term in seasonalities)
        {
            var width = 2 * term.FourierOrder;
            if (term.Condition is null || frame.Conditions[term.Condition][row])
                Seasonalities.Fourier(days, term.Period, features.Slice(at, width));
            at += width;
        }

        if (holidayColumns.Count > 0 && holidayColumns.TryGetValue(DateOnly.FromDateTime(frame.Ds[row]), out var hits))
        {
            foreach (var column in hits)
                features[column] = 1;
        }

        for (var i = 0; i < regressors.Length; i++)
            features[firstRegressor + i] = (frame.Regressors[regressors[i].Name][row] - regressors[i].Mean) / regressors[i].Deviation;
    }

    /// <summary>Row-major [N, Q] features of all rows; blocks of rows in parallel.</summary>
    public double[] Matrix(ProphetFrame frame, int threads)
    {
        const int block = 4096;
        var q = Columns.Length;
        var matrix = new double[checked(frame.Rows * (long)q)];
        Parallel.For(0, (frame.Rows + block - 1) / block, new ParallelOptions { MaxDegreeOfParallelism = threads }, b =>
        {
            for (var row = b * block; row < Math.Min(frame.Rows, (b + 1) * block); row++)
                Fill(frame, row, matrix.AsSpan(row * q, q));
        });
        return matrix;
    }

    // Prophet's make_holiday_features: one 0/1 column a holiday and day of its window, sorted by name; holidays outside the history keep their columns.
    private static Dictionary<DateOnly, int[]> AddHolidays(List<FeatureColumn> columns, ProphetSettings settings, IReadOnlyList<Holiday> futureHolidays)
    {
        var days = settings.Holidays.SelectMany(Days).ToList();
        var mode = settings.HolidaysMode ?? settings.SeasonalityMode;
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (column, holiday) in days.DistinctBy(d => d.Column).OrderBy(d => d.Column, StringComparer.Ordinal).Select(d => (d.Column, d.Holiday)))
        {
            index[column] = columns.Count;
            columns.Add(new FeatureColumn(column, holiday.Name, FeatureKind.Holiday, holiday.PriorScale ?? settings.HolidaysPriorScale, mode));
        }

        foreach (var (column, holiday, _) in futureHolidays.SelectMany(Days))
        {
            if (!index.ContainsKey(column))
                throw new InvalidInputException($"The holiday '{holiday.Name}' with its window has no column '{column}' in the fitted model; it knows {(index.Count == 0 ? "no holidays" : string.Join(", ", index.Keys))}.");
        }

        return days.Concat(futureHolidays.SelectMany(Days)).GroupBy(d => d.Day).ToDictionary(g => g.Key, g => g.Select(d => index[d.Column]).Distinct().ToArray());

        static IEnumerable<(string Column, Holiday Holiday, DateOnly Day)> Days(Holiday holiday)
        {
            for (var offset = holiday.LowerWindow; offset <= holiday.UpperWindow; offset++)
                yield return (FormattableString.Invariant($"{holiday.Name}_delim_{(offset >= 0 ? "+" : "-")}{Math.Abs(offset)}"), holiday, holiday.Date.AddDays(offset));
        }
    }
}
