using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Metrics;

/// <summary>
/// Scores forecasts against the truth, on the min-max scale of the dataset's own train part whatever scale the model used.
/// </summary>
public static class ForecastMetrics
{
    /// <summary>Scores one candidate.</summary>
    /// <param name="name">Candidate, for messages, for example <c>LSTM 4f2a</c>.</param>
    /// <param name="truth">[N, H, M] original units; NaN cells are not scored.</param>
    /// <param name="forecast">[N, H, M] original units (<see cref="ForecastRestorer"/>).</param>
    /// <param name="scaler">The dataset's scaler: gives each target's train minimum, maximum and mean absolute step.</param>
    /// <param name="targets">M names.</param>
    /// <param name="naive">[N, H, M] NAIVE's forecast of the same cells, original units; null: no skill.</param>
    /// <param name="weights">Of the score; null: the defaults.</param>
    /// <param name="targetWeights">Weight of each target in what is pooled; null: equal.</param>
    /// <exception cref="NonFiniteForecastException">A forecast is NaN or infinite.</exception>
    /// <exception cref="ArgumentException">Shapes differ.</exception>
    public static ForecastScore Score(
        string name,
        double[,,] truth,
        double[,,] forecast,
        Scaler scaler,
        IReadOnlyList<string> targets,
        double[,,]? naive = null,
        ScoreWeights? weights = null,
        IReadOnlyDictionary<string, double>? targetWeights = null)
    {
        var (n, h, m) = (truth.GetLength(0), truth.GetLength(1), truth.GetLength(2));
        if (m != targets.Count || !SameShape(truth, forecast) || (naive is not null && !SameShape(truth, naive)))
            throw new ArgumentException($"{name}: truth, forecast and targets must have one shape; truth is [{n}, {h}, {m}].");
        RefuseNonFinite(name, forecast, targets);

        var pooled = new Pool();
        var naivePool = new Pool();
        var steps = new Pool[h];
        var perTarget = new Dictionary<string, TargetScore>(StringComparer.Ordinal);
        for (var j = 0; j < m; j++)
        {
            var column = scaler[targets[j]];
            var errors = TargetErrors.Of(truth, forecast, j, column);
            var reference = naive is null ? null : TargetErrors.Of(truth, naive, j, column);
            var score = errors.Score(column, reference);
            perTarget[targets[j]] = score;
            var weight = targetWeights?.GetValueOrDefault(targets[j], 1) ?? 1;
            if (column.Flat || errors.Cells == 0)
                continue;
            pooled = pooled.With(score, weight);
            naivePool = reference is null ? naivePool : naivePool.With(reference.Score(column, null), weight);
            for (var k = 0; k < h; k++)
                steps[k] = steps[k].With(TargetErrors.Of(truth, forecast, j, column, k).Score(column, null), weight);
        }

        return Total(n, pooled, naive is null ? null : naivePool, steps, perTarget, weights ?? new ScoreWeights());
    }

    private static ForecastScore Total(
        int rows, Pool pooled, Pool? naive, Pool[] steps, Dictionary<string, TargetScore> perTarget, ScoreWeights weights)
    {
        var undefined = new Dictionary<string, string>();
        if (pooled.Mse is null)
            undefined["score"] = rows == 0
                ? "no test row has enough rows before it in its segment"
                : "every target is flat in train or has no observed cell in test";
        double? skill = null;
        if (naive is null)
            undefined["skill"] = "NAIVE was not given";
        else if (pooled.Rmse is { } rmse && naive.Value.Rmse is { } naiveRmse && naiveRmse > 0)
            skill = 1 - (rmse / naiveRmse);
        else if (pooled.Mse is not null)
            undefined["skill"] = "NAIVE has no error";
        if (pooled.Mse is not null && pooled.R2 is null)
            undefined["r2"] = "no target has at least two observed cells";
        if (pooled.Mse is not null && pooled.Mase is null)
            undefined["mase"] = "train has no two observed rows in a row";
        return new ForecastScore(
            rows,
            pooled.Mse is null ? null : (weights.Rmse * pooled.Rmse) + (weights.Mae * pooled.Mae) + (weights.Mse * pooled.Mse),
            pooled.Rmse,
            pooled.Mae,
            pooled.Mse,
            pooled.R2,
            skill,
            pooled.Mase,
            perTarget,
            [.. steps.Select((step, k) => new StepScore(k + 1, step.Cells, step.Rmse, step.Mae, step.Mse))],
            undefined.Count > 0 ? undefined : null);
    }

    private static bool SameShape(double[,,] a, double[,,] b) =>
        a.GetLength(0) == b.GetLength(0) && a.GetLength(1) == b.GetLength(1) && a.GetLength(2) == b.GetLength(2);

    private static void RefuseNonFinite(string name, double[,,] forecast, IReadOnlyList<string> targets)
    {
        for (var i = 0; i < forecast.GetLength(0); i++)
        {
            for (var k = 0; k < forecast.GetLength(1); k++)
            {
                for (var j = 0; j < forecast.GetLength(2); j++)
                {
                    if (!double.IsFinite(forecast[i, k, j]))
                        throw new NonFiniteForecastException(
                            $"{name}: the forecast of '{targets[j]}' is {(double.IsNaN(forecast[i, k, j]) ? "NaN" : "infinite")} at "
                            + $"scored row {i}, step {k + 1}; every forecast must be finite.");
                }
            }
        }
    }

    /// <summary>Weighted means: errors over cells, r2 and mase over targets.</summary>
    private readonly record struct Pool(
        double Weight, double MseSum, double MaeSum, double R2Weight, double R2Sum, double MaseWeight, double MaseSum, int Cells)
    {
        public double? Mse => Weight > 0 ? MseSum / Weight : null;

        public double? Rmse => Mse is { } mse ? Math.Sqrt(mse) : null;

        public double? Mae => Weight > 0 ? MaeSum / Weight : null;

        public double? R2 => R2Weight > 0 ? R2Sum / R2Weight : null;

        public double? Mase => MaseWeight > 0 ? MaseSum / MaseWeight : null;

        public Pool With(TargetScore score, double weight) => score.Mse is null ? this : new Pool(
            Weight + (weight * score.Cells),
            MseSum + (weight * score.Cells * score.Mse.Value),
            MaeSum + (weight * score.Cells * score.Mae!.Value),
            R2Weight + (score.R2 is null ? 0 : weight),
            R2Sum + (weight * (score.R2 ?? 0)),
            MaseWeight + (score.Mase is null ? 0 : weight),
            MaseSum + (weight * (score.Mase ?? 0)),
            Cells + score.Cells);
    }
}
