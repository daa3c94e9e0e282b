namespace FLTS.Forecasting.Prophet.Predict;

/// <summary>A forecast in units of y; every array has N entries.</summary>
public sealed record ProphetForecast
{
    public required DateTime[] Ds { get; init; }

    public required double[] Yhat { get; init; }

    public required double[] Trend { get; init; }

    /// <summary>
    /// Components by name: terms, <c>holidays</c>, <c>extra_regressors_*</c>, <c>additive_terms</c>, <c>multiplicative_terms</c>; additive
    /// ones in units of y, multiplicative ones as shares of the trend.
    /// </summary>
    public required IReadOnlyDictionary<string, double[]> Components { get; init; }

    /// <summary>Null without uncertainty samples.</summary>
    public double[]? YhatLower { get; init; }

    /// <inheritdoc cref="YhatLower"/>
    public double[]? YhatUpper { get; init; }

    /// <inheritdoc cref="YhatLower"/>
    public double[]? TrendLower { get; init; }

    /// <inheritdoc cref="YhatLower"/>
    public double[]? TrendUpper { get; init; }
}
