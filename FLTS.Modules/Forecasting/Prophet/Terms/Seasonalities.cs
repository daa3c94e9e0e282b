using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Terms;

/// <summary>Periodic terms: Prophet's auto rule and Fourier features (Taylor &amp; Letham 2017, equation 5).</summary>
public static class Seasonalities
{
    /// <summary>
    /// Custom terms first, then yearly, weekly and daily where asked for or, left to <c>auto</c>, where the history is long
    /// and fine enough (Prophet's <c>set_auto_seasonalities</c>: two years; two weeks and steps under a week;
    /// two days and steps under a day).
    /// </summary>
    /// <param name="times">Row times of the history, ascending.</param>
    /// <param name="settings">Switches, custom terms, mode and prior.</param>
    public static IReadOnlyList<Seasonality> Resolve(ReadOnlySpan<DateTime> times, ProphetSettings settings)
    {
        var span = times[^1] - times[0];
        var step = TimeSpan.MaxValue;
        for (var i = 1; i < times.Length; i++)
        {
            var difference = times[i] - times[i - 1];
            if (difference > TimeSpan.Zero && difference < step)
                step = difference;
        }

        var terms = new List<Seasonality>(settings.Seasonalities);
        Add("yearly", 365.25, 10, settings.YearlySeasonality, span >= TimeSpan.FromDays(730));
        Add("weekly", 7, 3, settings.WeeklySeasonality, span >= TimeSpan.FromDays(14) && step < TimeSpan.FromDays(7));
        Add("daily", 1, 4, settings.DailySeasonality, span >= TimeSpan.FromDays(2) && step < TimeSpan.FromDays(1));
        return [.. terms.Select(t =>
            t with { PriorScale = t.PriorScale ?? settings.SeasonalityPriorScale, Mode = t.Mode ?? settings.SeasonalityMode })];

        void Add(string name, double period, int usualOrder, int? wanted, bool longEnough)
        {
            var order = wanted ?? (longEnough ? usualOrder : 0);
            if (order > 0 && !settings.Seasonalities.Any(s => s.Name == name))
                terms.Add(new Seasonality(name, period, order));
        }
    }

    /// <summary>
    /// sin and cos of 2*pi*n*days/period for n = 1..order, in Prophet's order sin 1, cos 1, sin 2, ...
    /// The phase is reduced before the sine and higher harmonics follow by angle addition.
    /// </summary>
    /// <param name="days">Days since 1970-01-01.</param>
    /// <param name="period">Days.</param>
    /// <param name="features">[2 * order] Written.</param>
    public static void Fourier(double days, double period, Span<double> features)
    {
        var turns = days / period;
        var (sin1, cos1) = Math.SinCos(2 * Math.PI * (turns - Math.Floor(turns)));
        var (sin, cos) = (sin1, cos1);
        for (var i = 0; i + 1 < features.Length; i += 2)
        {
            features[i] = sin;
            features[i + 1] = cos;
            (sin, cos) = ((sin * cos1) + (cos * sin1), (cos * cos1) - (sin * sin1));
        }
    }
}
