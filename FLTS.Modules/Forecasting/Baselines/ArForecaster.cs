using System.Text.Json.Nodes;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// Fits AR: normal equations of the fit part and of the validation part, the penalty with the least validation error, then both together.
/// </summary>
internal sealed class ArForecaster(int inputLength, bool refitOnAll) : IForecaster
{
    /// <summary>Most lags times columns: the equations take their square in memory.</summary>
    private const int MostFeatures = 4000;

    /// <summary>Penalties tried, a row, on standardised columns.</summary>
    private static readonly double[] _penalties = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

    public string ModelType => "AR";

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var series = data.Series;
        var columns = series.Columns.Count;
        if (inputLength * columns > MostFeatures)
            throw new InvalidInputException(
                $"AR: input_len {inputLength} times {columns} columns is more than {MostFeatures} coefficients a target; use a smaller "
                + "input_len.");

        var signature = new ModelSignature(ModelType, series.Columns, series.Targets, inputLength, 1, series.Step)
        {
            Plausible = PlausibleRange.Scaled(data.Scaler, series.Targets),
        };
        var scale = series.Values.Select(v => Spread(v.AsSpan(0, Math.Max(data.ValidationStart, 1)))).ToArray();
        var (selected, coefficients) = (new double[series.Targets.Count][], new double[series.Targets.Count][]);
        var refits = refitOnAll && data.ValidationStart < series.Rows;
        var penalties = new JsonObject();
        var lags = new LagRows(series, inputLength, scale);

        // Targets observed in the same rows share their equations.
        var targets = series.Targets.Select((name, m) => (Name: name, M: m, Column: series.IndexOf(name)))
            .Where(t => !series.FlatTargets.Contains(t.Name));
        foreach (var group in targets.GroupBy(t => series.Observed[t.Column], MaskComparer.Instance))
        {
            var members = group.ToArray();
            var answers = members.Select(t => t.Column).ToArray();
            var fit = NormalEquations.Of(lags, group.Key, answers, new RowSpan(0, data.ValidationStart), context.Cancellation);
            var check = NormalEquations.Of(lags, group.Key, answers, new RowSpan(data.ValidationStart, series.Rows), context.Cancellation);
            if (fit.Rows == 0)
                throw new InvalidInputException(
                    $"AR needs at least {inputLength + 1} train rows in a row with '{members[0].Name}' observed in the last; there are "
                    + "none before the validation part.");
            var solutions = _penalties.Select(fit.Solve).ToArray();
            var all = refitOnAll && check.Rows > 0 ? fit.Plus(check) : null;
            for (var j = 0; j < members.Length; j++)
            {
                var best = check.Rows == 0 ? Array.IndexOf(_penalties, 1e-3) : Best(solutions, check, j);
                selected[members[j].M] = solutions[best][j];
                coefficients[members[j].M] = all is null ? selected[members[j].M] : all.Solve(_penalties[best])[j];
                penalties[members[j].Name] = _penalties[best];
            }
        }

        var unseen = new FittedAr(signature, scale, selected);
        var metrics = OneStepMetrics.Of(unseen, data, context.Cancellation);
        if (metrics is not null && !double.IsFinite(metrics.TrainLoss + (metrics.ValLoss ?? 0)))
            throw new InvalidInputException(
                "AR cannot be fitted: its forecasts of train are not finite, because the columns grow over too many orders of magnitude. "
                + "Give their logarithms, or a shorter train part.");
        context.Progress?.Report(new FitProgress(1, 1, metrics));
        return new FitResult(
            refits ? new FittedAr(signature, scale, coefficients) : unseen,
            metrics is null ? [] : [metrics],
            null,
            new RowSpan(0, refits ? series.Rows : data.ValidationStart),
            new RowSpan(data.ValidationStart, series.Rows),
            new JsonObject { ["penalties"] = penalties },
            BeforeRefit: refits ? unseen : null);
    }

    private static int Best(double[][][] solutions, NormalEquations check, int target)
    {
        var (best, least) = (0, double.PositiveInfinity);
        for (var p = 0; p < solutions.Length; p++)
        {
            var error = check.SquaredError(solutions[p][target], target);
            if (error < least)
                (best, least) = (p, error);
        }

        return best;
    }

    private static ColumnSpread Spread(ReadOnlySpan<double> values)
    {
        var (mean, deviation) = Statistics.MeanAndDeviation(values);
        var (min, max) = Statistics.Range(values);
        return new ColumnSpread(mean, Statistics.IsFlat(min, max) || !(deviation > 0) ? 1 : deviation);
    }

    private sealed class MaskComparer : IEqualityComparer<bool[]>
    {
        public static readonly MaskComparer Instance = new();

        public bool Equals(bool[]? x, bool[]? y) => ReferenceEquals(x, y) || x!.AsSpan().SequenceEqual(y);

        public int GetHashCode(bool[] mask)
        {
            var hash = default(HashCode);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(mask.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
