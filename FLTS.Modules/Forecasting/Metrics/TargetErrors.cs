using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Metrics;

/// <summary>Sums of one target's errors over observed cells, on min-max scale; for a flat target the scale is 1.</summary>
internal sealed record TargetErrors(int Cells, double SquareSum, double AbsoluteSum, double TruthMean, double TruthSquares, double Range)
{
    /// <param name="truth">[N, H, M]</param>
    /// <param name="forecast">[N, H, M]</param>
    /// <param name="target">Which of M.</param>
    /// <param name="column">Its train statistics.</param>
    /// <param name="step">One step (from 0), or null for all.</param>
    public static TargetErrors Of(double[,,] truth, double[,,] forecast, int target, ColumnScale column, int? step = null)
    {
        var range = column.Flat ? 1 : column.Max - column.Min;
        var cells = 0;
        double squares = 0, absolutes = 0, sum = 0;
        var (first, last) = (step ?? 0, step ?? truth.GetLength(1) - 1);
        for (var n = 0; n < truth.GetLength(0); n++)
        {
            for (var h = first; h <= last; h++)
            {
                var seen = truth[n, h, target];
                if (double.IsNaN(seen))
                    continue;
                var error = (forecast[n, h, target] - seen) / range;
                squares += error * error;
                absolutes += Math.Abs(error);
                sum += seen;
                cells++;
            }
        }

        var mean = cells == 0 ? 0 : sum / cells;
        double spread = 0;
        for (var n = 0; n < truth.GetLength(0); n++)
        {
            for (var h = first; h <= last; h++)
            {
                var seen = truth[n, h, target];
                if (!double.IsNaN(seen))
                    spread += (seen - mean) / range * ((seen - mean) / range);
            }
        }

        return new TargetErrors(cells, squares, absolutes, mean, spread, range);
    }

    /// <param name="column">Train statistics.</param>
    /// <param name="naive">NAIVE's errors on the same cells; null: no skill.</param>
    public TargetScore Score(ColumnScale column, TargetErrors? naive)
    {
        var undefined = new Dictionary<string, string>();
        if (Cells == 0)
            return new TargetScore(0, column.Flat, null, null, null, null, null, null, null, new Dictionary<string, string>
            {
                ["rmse"] = "no observed cell in the scored set",
            });

        var (mse, mae) = (SquareSum / Cells, AbsoluteSum / Cells);
        var rmse = Math.Sqrt(mse);
        double? r2 = Cells < 2 ? null : TruthSquares > 0 ? 1 - (SquareSum / TruthSquares) : SquareSum == 0 ? 1 : 0;
        if (r2 is null)
            undefined["r2"] = "fewer than two observed cells";

        double? skill = naive is null ? null : naive.SquareSum > 0 ? 1 - Math.Sqrt(SquareSum / naive.SquareSum) : null;
        if (skill is null)
            undefined["skill"] = naive is null ? "NAIVE was not given" : "NAIVE has no error";

        double? mase = column.MeanAbsoluteStep is > 0 ? mae * Range / column.MeanAbsoluteStep : null;
        if (mase is null)
            undefined["mase"] = "the target never changes from row to row in train";

        // Next to 0: below rounding of the values the mean was taken of.
        var small = 1e-9 * Math.Max(Math.Abs(column.Min), Math.Abs(column.Max));
        double? nrmse = Math.Abs(TruthMean) > small ? rmse * Range / Math.Abs(TruthMean) : null;
        if (nrmse is null)
            undefined["nrmse"] = "the mean of the truth is next to 0";
        return new TargetScore(
            Cells,
            column.Flat,
            mse,
            rmse,
            mae,
            r2,
            skill,
            mase,
            new OriginalScore(rmse * Range, mae * Range, nrmse),
            undefined.Count > 0 ? undefined : null);
    }
}
