namespace FLTS.Forecasting.Intervals;

/// <summary>
/// What a model of before <see cref="ValidationForecasts"/> got wrong on the validation part: truth minus forecast in original units. N
/// origins, H steps, M targets.
/// </summary>
/// <param name="Steps">H.</param>
/// <param name="Targets">M targets, those flat in train left out.</param>
/// <param name="Values">[M][N * H] Steps of an origin in a row; NaN where nothing was observed.</param>
public sealed record ValidationResiduals(int Steps, IReadOnlyList<string> Targets, double[][] Values);
