using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Terms;

/// <summary>
/// Holidays of the design matrix (Prophet's <c>make_holiday_features</c>): one 0/1 column a holiday and day of its window, sorted by name;
/// holidays outside the history keep their columns.
/// </summary>
internal sealed class HolidayFeatures
{
    private readonly Dictionary<DateOnly, int[]> _columnsByDay;

    /// <param name="settings">The table, its mode and priors.</param>
    /// <param name="coming">Further occurrences of its holidays.</param>
    /// <param name="firstColumn">Where the holidays begin in the design matrix.</param>
    /// <exception cref="InvalidInputException">A coming holiday is not in the table.</exception>
    public HolidayFeatures(ProphetSettings settings, IReadOnlyList<Holiday> coming, int firstColumn)
    {
        var days = settings.Holidays.SelectMany(Days).ToList();
        var mode = settings.HolidaysMode ?? settings.SeasonalityMode;
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (column, holiday) in days.DistinctBy(d => d.Column)
            .OrderBy(d => d.Column, StringComparer.Ordinal)
            .Select(d => (d.Column, d.Holiday)))
        {
            index[column] = firstColumn + Columns.Count;
            Columns.Add(
                new FeatureColumn(column, holiday.Name, FeatureKind.Holiday, holiday.PriorScale ?? settings.HolidaysPriorScale, mode));
        }

        var further = coming.SelectMany(Days).ToList();
        foreach (var (column, holiday, _) in further)
        {
            if (!index.ContainsKey(column))
                throw new InvalidInputException(
                    $"The holiday '{holiday.Name}' with its window has no column '{column}' in the fitted model; it knows "
                    + $"{(index.Count == 0 ? "no holidays" : string.Join(", ", index.Keys))}.");
        }

        _columnsByDay = days.Concat(further)
            .GroupBy(d => d.Day)
            .ToDictionary(g => g.Key, g => g.Select(d => index[d.Column]).Distinct().ToArray());
    }

    /// <summary>In the order of the design matrix.</summary>
    public List<FeatureColumn> Columns { get; } = [];

    /// <summary>Marks the holidays of a day in its row of features, which is 0 there.</summary>
    public void Fill(DateTime time, Span<double> features)
    {
        if (_columnsByDay.Count == 0 || !_columnsByDay.TryGetValue(DateOnly.FromDateTime(time), out var columns))
            return;
        foreach (var column in columns)
            features[column] = 1;
    }

    private static IEnumerable<(string Column, Holiday Holiday, DateOnly Day)> Days(Holiday holiday)
    {
        for (var offset = holiday.LowerWindow; offset <= holiday.UpperWindow; offset++)
            yield return (
                FormattableString.Invariant($"{holiday.Name}_delim_{(offset >= 0 ? "+" : "-")}{Math.Abs(offset)}"),
                holiday,
                holiday.Date.AddDays(offset));
    }
}
