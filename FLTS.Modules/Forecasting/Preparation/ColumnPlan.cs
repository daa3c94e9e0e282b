using FLTS.Forecasting.Features;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>Which columns there are and in which order: targets, further inputs, lags, calendar.</summary>
internal sealed record ColumnPlan(IReadOnlyList<string> Targets, IReadOnlyList<string> Measured, IReadOnlyList<string> All)
{
    /// <exception cref="InvalidInputException">A listed column is not there, names collide, or train and test differ.</exception>
    public static ColumnPlan Of(PreprocessConfig config, RawTable train, RawTable? test)
    {
        var targets = config.Targets ?? train.Columns;
        var measured = targets.Union(config.Inputs ?? [], StringComparer.Ordinal).ToList();
        foreach (var name in measured)
        {
            if (!train.Columns.Contains(name))
                throw new InvalidInputException(
                    $"{train.Name}: column '{name}' is listed but {(train.Header.Contains(name) ? "is not numeric" : "not there")}; the "
                    + $"numeric columns are {string.Join(", ", train.Columns)}.");
        }

        if (config.Bounds.Keys.FirstOrDefault(name => !train.Header.Contains(name)) is { } strange)
            throw new InvalidInputException(
                $"{train.Name}: 'bounds' names '{strange}', which is no column; there are {string.Join(", ", train.Columns)}.");
        if (test is not null)
            CompareColumns(train, test, measured);
        return new ColumnPlan(targets, measured, AllColumns(config, measured, train.Name));
    }

    /// <summary>Measured columns, then lags, then calendar.</summary>
    /// <exception cref="InvalidInputException">A measured column bears the name of a derived one.</exception>
    public static IReadOnlyList<string> AllColumns(PreprocessConfig config, IReadOnlyList<string> measured, string file)
    {
        List<string> derived = [.. from name in measured from lag in config.Lags select Lags.NameOf(name, lag)];
        if (config.Calendar)
            derived.AddRange(CalendarFeatures.Names);
        if (derived.FirstOrDefault(measured.Contains) is { } taken)
            throw new InvalidInputException(
                $"{file}: column '{taken}' bears the name of a derived column; rename it, or switch off calendar or lags.");
        return [.. measured, .. derived];
    }

    private static void CompareColumns(RawTable train, RawTable test, List<string> measured)
    {
        var missing = train.Header.Except(test.Header, StringComparer.Ordinal).ToList();
        var extra = test.Header.Except(train.Header, StringComparer.Ordinal).ToList();
        if (missing.Count > 0 || extra.Count > 0)
        {
            var differences = string.Join("; ", new[]
            {
                missing.Count > 0 ? $"missing are {string.Join(", ", missing)}" : null,
                extra.Count > 0 ? $"unknown are {string.Join(", ", extra)}" : null,
            }.Where(d => d is not null));
            throw new InvalidInputException($"{test.Name}: its columns are not those of {train.Name}: {differences}.");
        }

        if (measured.FirstOrDefault(c => !test.Columns.Contains(c)) is { } text)
        {
            var why = test.Warnings.FirstOrDefault(w => w.Contains($"'{text}'", StringComparison.Ordinal));
            throw new InvalidInputException($"{test.Name}: column '{text}' is numeric in {train.Name} but not here. {why}".TrimEnd());
        }
    }
}
