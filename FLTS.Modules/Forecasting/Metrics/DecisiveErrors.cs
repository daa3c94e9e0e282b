namespace FLTS.Forecasting.Metrics;

/// <summary>
/// Errors of a model that decide (FORECASTING.md 7), by origin: of each decided band, or of the horizon alone. The decisive score is the
/// geometric mean of the parts' scores.
/// </summary>
/// <param name="Parts">At least one; the same of all models that are compared.</param>
/// <param name="Weights">Of the scores.</param>
/// <param name="Least">What a part's score counts as at least.</param>
public sealed record DecisiveErrors(IReadOnlyList<OriginErrors> Parts, ScoreWeights Weights, double Least)
{
    private const int Draws = 200;

    /// <summary>
    /// Standard error of the log of the decisive score over another model's, from block bootstraps (Künsch 1989): errors of neighbouring
    /// origins are alike, so that whole stretches of the scored set are drawn, the same of both models.
    /// </summary>
    /// <param name="other">Of the same parts.</param>
    /// <param name="rows">Of the scored set.</param>
    /// <param name="block">Rows of a stretch.</param>
    /// <param name="seed">Of the draws.</param>
    /// <returns>Null where it cannot be told: a score of 0, or fewer than two draws with errors.</returns>
    public double? StandardErrorOver(DecisiveErrors other, int rows, int block, int seed)
    {
        var random = new Random(seed);
        var ratios = new List<double>(Draws);
        var starts = new int[(rows + block - 1) / block];
        for (var draw = 0; draw < Draws; draw++)
        {
            for (var i = 0; i < starts.Length; i++)
                starts[i] = (int)(random.NextDouble() * (rows - block + 1));
            if (LogRatio(other, starts, block) is { } ratio)
                ratios.Add(ratio);
        }

        if (ratios.Count < 2)
            return null;
        var mean = ratios.Average();
        return Math.Sqrt(ratios.Sum(r => (r - mean) * (r - mean)) / (ratios.Count - 1));
    }

    private double? LogRatio(DecisiveErrors other, int[] starts, int block)
    {
        var (sum, parts) = (0.0, 0);
        for (var p = 0; p < Parts.Count; p++)
        {
            // Where none of a part's origins was drawn, the draw says nothing of it.
            if (Drawn(Parts[p], starts, block) is not { } own || Drawn(other.Parts[p], starts, block) is not { } its)
                continue;
            sum += Math.Log(Math.Max(Least, own) / Math.Max(Least, its));
            parts++;
        }

        return parts > 0 && double.IsFinite(sum) ? sum / parts : null;
    }

    private double? Drawn(OriginErrors part, int[] starts, int block)
    {
        var drawn = default(PooledSums);
        foreach (var start in starts)
            drawn = drawn.With(part.Between(start, start + block));
        return drawn.Score(Weights);
    }
}
