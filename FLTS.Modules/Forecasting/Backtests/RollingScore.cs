namespace FLTS.Forecasting.Backtests;

/// <summary>Errors of forecasts over some leads and times, pooled over the targets that are not flat.</summary>
/// <param name="Cells">Forecasts of a target at a time that were made.</param>
/// <param name="Matched">Those of them whose truth was observed: only these are scored.</param>
/// <param name="Rmse">On min-max scale; null where nothing is matched.</param>
/// <param name="Mae">On min-max scale.</param>
/// <param name="Mse">On min-max scale.</param>
/// <param name="Bias">Mean of forecast less truth, on min-max scale.</param>
/// <param name="PerTarget">The same of each target.</param>
public sealed record RollingScore(
    long Cells,
    long Matched,
    double? Rmse,
    double? Mae,
    double? Mse,
    double? Bias,
    IReadOnlyDictionary<string, RollingTargetScore> PerTarget)
{
    /// <summary>Share of the cells that must be matched for a score to be one (FORECASTING.md 9).</summary>
    public const double LeastMatched = 0.5;

    /// <summary>Of the cells; null where there are none.</summary>
    public double? MatchedShare => Cells > 0 ? (double)Matched / Cells : null;

    /// <summary><c>scored</c>, or <c>no_truth</c> where too little of the truth is known for the errors to say anything.</summary>
    public string State => StateOf(Cells, Matched);

    /// <summary>As <see cref="State"/>.</summary>
    public static string StateOf(long cells, long matched) => IsScored(cells, matched) ? "scored" : "no_truth";

    /// <summary>Whether enough of the truth is known.</summary>
    public static bool IsScored(long cells, long matched) => cells > 0 && matched >= LeastMatched * cells;
}

/// <summary>Errors of one target; see <see cref="RollingScore"/>.</summary>
/// <param name="Cells">As there.</param>
/// <param name="Matched">As there.</param>
/// <param name="Flat">Flat in train: reported here, left out of what is pooled.</param>
/// <param name="Rmse">On min-max scale.</param>
/// <param name="Mae">On min-max scale.</param>
/// <param name="Mse">On min-max scale.</param>
/// <param name="Bias">On min-max scale.</param>
/// <param name="Original">In original units; null where nothing is matched.</param>
public sealed record RollingTargetScore(
    long Cells, long Matched, bool Flat, double? Rmse, double? Mae, double? Mse, double? Bias, OriginalErrors? Original);

/// <summary>Errors in original units.</summary>
public sealed record OriginalErrors(double Rmse, double Mae, double Bias);
