namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>Refuses settings no model can have, by name, value and range.</summary>
internal static class SettingsCheck
{
    private static readonly string[] _reserved =
    [
        "trend", "additive_terms", "multiplicative_terms", "holidays", "yhat", "ds", "y", "t", "cap", "floor", "zeros",
        "extra_regressors_additive", "extra_regressors_multiplicative",
    ];

    public static void Check(ProphetSettings settings)
    {
        Require(settings.NChangepoints is >= 0 and <= 1000, "n_changepoints", settings.NChangepoints, "0 to 1000");
        Require(settings.ChangepointRange is > 0 and <= 1, "changepoint_range", settings.ChangepointRange, "above 0 up to 1");
        Positive("changepoint_prior_scale", settings.ChangepointPriorScale);
        Positive("seasonality_prior_scale", settings.SeasonalityPriorScale);
        Positive("holidays_prior_scale", settings.HolidaysPriorScale);
        Order("yearly_seasonality", settings.YearlySeasonality);
        Order("weekly_seasonality", settings.WeeklySeasonality);
        Order("daily_seasonality", settings.DailySeasonality);
        Require(settings.IntervalWidth is > 0 and < 1, "interval_width", settings.IntervalWidth, "above 0 and below 1");
        Require(settings.UncertaintySamples is >= 0 and <= 100_000, "uncertainty_samples", settings.UncertaintySamples, "0 to 100000");

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var term in settings.Seasonalities)
        {
            Name(names, "seasonality", term.Name);
            Require(double.IsFinite(term.Period) && term.Period > 0, $"seasonality '{term.Name}': period", term.Period, "above 0 (days)");
            Require(term.FourierOrder is >= 1 and <= 1000, $"seasonality '{term.Name}': fourier_order", term.FourierOrder, "1 to 1000");
            Positive($"seasonality '{term.Name}': prior_scale", term.PriorScale);
        }

        foreach (var regressor in settings.Regressors)
        {
            Name(names, "regressor", regressor.Name);
            Positive($"regressor '{regressor.Name}': prior_scale", regressor.PriorScale);
        }

        foreach (var group in settings.Holidays.GroupBy(h => h.Name, StringComparer.Ordinal))
        {
            Name(names, "holiday", group.Key);
            if (group.Select(h => h.PriorScale).Distinct().Count() > 1)
                throw new InvalidInputException($"Holiday '{group.Key}' has different prior scales; one holiday has one.");
            foreach (var holiday in group)
            {
                Require(
                    holiday.LowerWindow is <= 0 and >= -366,
                    $"holiday '{holiday.Name}': lower_window",
                    holiday.LowerWindow,
                    "-366 to 0 (days)");
                Require(
                    holiday.UpperWindow is >= 0 and <= 366,
                    $"holiday '{holiday.Name}': upper_window",
                    holiday.UpperWindow,
                    "0 to 366 (days)");
                Positive($"holiday '{holiday.Name}': prior_scale", holiday.PriorScale);
            }
        }
    }

    private static void Name(HashSet<string> names, string kind, string name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Contains("_delim_", StringComparison.Ordinal) || _reserved.Contains(name))
            throw new InvalidInputException($"A {kind} cannot be named '{name}': the name is empty, reserved or contains '_delim_'.");
        if (!names.Add(name))
            throw new InvalidInputException(
                $"Two terms are named '{name}'; seasonalities, holidays and regressors need names of their own.");
    }

    private static void Order(string name, int? value) =>
        Require(value is null or (>= 0 and <= 1000), name, value, "auto, false, true or an order from 0 to 1000");

    private static void Positive(string name, double? value) =>
        Require(value is null || (double.IsFinite(value.Value) && value > 0), name, value, "above 0");

    private static void Require(bool holds, string name, object? value, string range)
    {
        if (!holds)
            throw new InvalidInputException(FormattableString.Invariant($"{name} is {value}; it must be {range}."));
    }
}
