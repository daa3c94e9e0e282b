namespace FLTS.Forecasting.Metrics;

/// <summary>One target's numbers. An undefined number is null and <paramref name="Undefined"/> says why, by name.</summary>
/// <param name="Cells">Observed cells scored.</param>
/// <param name="Flat">Flat in train: reported here, left out of what is pooled.</param>
/// <param name="Mse">On min-max scale.</param>
/// <param name="Rmse">On min-max scale.</param>
/// <param name="Mae">On min-max scale.</param>
/// <param name="R2">As scikit-learn's r2_score.</param>
/// <param name="Skill">1 - rmse / rmse of NAIVE.</param>
/// <param name="Mase">mae over train's mean absolute step.</param>
/// <param name="Original">The same in original units.</param>
/// <param name="Undefined">Name of a metric to the reason why it is null.</param>
public sealed record TargetScore(
    int Cells,
    bool Flat,
    double? Mse,
    double? Rmse,
    double? Mae,
    double? R2,
    double? Skill,
    double? Mase,
    OriginalScore? Original,
    IReadOnlyDictionary<string, string>? Undefined = null);
