using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Terms;

/// <summary>A regressor with what standardises it: (value - mean) / deviation (Prophet's <c>initialize_scales</c>).</summary>
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
