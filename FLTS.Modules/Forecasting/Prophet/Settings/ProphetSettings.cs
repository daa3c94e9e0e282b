namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>Everything that is chosen before a fit; names and defaults are Prophet's.</summary>
public sealed record ProphetSettings
{
    public Growth Growth { get; init; } = Growth.Linear;

    /// <summary>
    /// Given changepoints, each inside the history; null: placed by <see cref="NChangepoints"/> and <see cref="ChangepointRange"/>.
    /// </summary>
    public IReadOnlyList<DateTime>? Changepoints { get; init; }

    /// <summary>Automatic changepoints, 0 to 1000.</summary>
    public int NChangepoints { get; init; } = 25;

    /// <summary>Share of the history they lie in, (0, 1].</summary>
    public double ChangepointRange { get; init; } = 0.8;

    /// <summary>tau of delta ~ Laplace(0, tau), above 0.</summary>
    public double ChangepointPriorScale { get; init; } = 0.05;

    /// <summary>Fourier order of the yearly term; 0: none; null: Prophet's auto rule.</summary>
    public int? YearlySeasonality { get; init; }

    /// <summary>Fourier order of the weekly term; 0: none; null: Prophet's auto rule.</summary>
    public int? WeeklySeasonality { get; init; }

    /// <summary>Fourier order of the daily term; 0: none; null: Prophet's auto rule.</summary>
    public int? DailySeasonality { get; init; }

    /// <summary>Custom periodic terms.</summary>
    public IReadOnlyList<Seasonality> Seasonalities { get; init; } = [];

    public TermMode SeasonalityMode { get; init; } = TermMode.Additive;

    /// <summary>Standard deviation of seasonal coefficients, above 0.</summary>
    public double SeasonalityPriorScale { get; init; } = 10;

    public IReadOnlyList<Holiday> Holidays { get; init; } = [];

    /// <summary>Null: <see cref="SeasonalityMode"/>.</summary>
    public TermMode? HolidaysMode { get; init; }

    /// <summary>Standard deviation of holiday coefficients, above 0.</summary>
    public double HolidaysPriorScale { get; init; } = 10;

    public IReadOnlyList<Regressor> Regressors { get; init; } = [];

    public ScalingRule Scaling { get; init; } = ScalingRule.AbsMax;

    /// <summary>Probability mass of the interval, (0, 1).</summary>
    public double IntervalWidth { get; init; } = 0.8;

    /// <summary>See <see cref="ObservationNoise"/>.</summary>
    public ObservationNoise Noise { get; init; } = ObservationNoise.Normal;

    /// <summary>Simulated futures behind the interval, 0 (none) to 100000.</summary>
    public int UncertaintySamples { get; init; } = 1000;

    /// <summary>Seed of the simulated futures; no fit depends on it.</summary>
    public int Seed { get; init; } = 42;
}
