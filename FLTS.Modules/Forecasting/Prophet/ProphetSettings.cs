namespace FLTS.Forecasting.Prophet;

/// <summary>Shape of the trend (Taylor &amp; Letham 2017, section 3.1).</summary>
public enum Growth
{
    /// <summary>Piecewise linear (equation 4).</summary>
    Linear,

    /// <summary>Saturating between floor and cap (equation 3).</summary>
    Logistic,

    /// <summary>One constant level.</summary>
    Flat,
}

/// <summary>How a term joins the trend: <c>yhat = trend * (1 + multiplicative) + additive</c>.</summary>
public enum TermMode
{
    Additive,
    Multiplicative,
}

/// <summary>How y is brought to the scale of the priors.</summary>
public enum ScalingRule
{
    /// <summary>y / max|y|.</summary>
    AbsMax,

    /// <summary>(y - min) / (max - min).</summary>
    MinMax,
}

/// <summary>What observations scatter by around the curve, in intervals.</summary>
public enum ObservationNoise
{
    /// <summary>N(0, sigma_obs), as Prophet: where the history holds spikes that no term explains, they widen sigma_obs and the interval covers more than it promises.</summary>
    Normal,

    /// <summary>As the history's own residuals do: the interval covers the promised share of the history whatever their distribution.</summary>
    Residuals,
}

/// <summary>Whether a regressor is centred and divided by its standard deviation.</summary>
public enum Standardisation
{
    /// <summary>Unless it holds only 0 and 1, or is constant.</summary>
    Auto,
    Always,
    Never,
}

/// <summary>A periodic term.</summary>
/// <param name="Name">Its component's name.</param>
/// <param name="Period">Days, above 0.</param>
/// <param name="FourierOrder">Pairs of sine and cosine, at least 1.</param>
/// <param name="PriorScale">Standard deviation of its coefficients; null: the settings' <see cref="ProphetSettings.SeasonalityPriorScale"/>.</param>
/// <param name="Mode">Null: the settings' <see cref="ProphetSettings.SeasonalityMode"/>.</param>
/// <param name="Condition">Name of a column of the frame that says on which rows it acts; null: on all.</param>
public sealed record Seasonality(string Name, double Period, int FourierOrder, double? PriorScale = null, TermMode? Mode = null, string? Condition = null);

/// <summary>One occurrence of a holiday.</summary>
/// <param name="Name">Its component's name.</param>
/// <param name="Date">The day itself.</param>
/// <param name="LowerWindow">First day with an effect of its own, relative to the date, at most 0.</param>
/// <param name="UpperWindow">Last such day, at least 0.</param>
/// <param name="PriorScale">Standard deviation of its coefficients, the same for all occurrences; null: the settings' <see cref="ProphetSettings.HolidaysPriorScale"/>.</param>
public sealed record Holiday(string Name, DateOnly Date, int LowerWindow = 0, int UpperWindow = 0, double? PriorScale = null);

/// <summary>A further column that explains y; its future values come with the request.</summary>
/// <param name="Name">Column of the frame and component.</param>
/// <param name="PriorScale">Null: the settings' <see cref="ProphetSettings.HolidaysPriorScale"/>.</param>
/// <param name="Mode">Null: the settings' <see cref="ProphetSettings.SeasonalityMode"/>.</param>
/// <param name="Standardise">See <see cref="Standardisation"/>.</param>
public sealed record Regressor(string Name, double? PriorScale = null, TermMode? Mode = null, Standardisation Standardise = Standardisation.Auto);

/// <summary>Everything that is chosen before a fit; names and defaults are Prophet's.</summary>
public sealed record ProphetSettings
{
    public Growth Growth { get; init; } = Growth.Linear;

    /// <summary>Given changepoints, each inside the history; null: placed by <see cref="NChangepoints"/> and <see cref="ChangepointRange"/>.</summary>
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
