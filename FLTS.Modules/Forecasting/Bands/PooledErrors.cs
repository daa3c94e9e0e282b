namespace FLTS.Forecasting.Bands;

/// <summary>Errors pooled over targets, on min-max scale: of cells by their targets' weights, of intervals the mean over targets.</summary>
internal readonly record struct PooledErrors(
    int Cells, double? Mse, double? Mae, double? Coverage80, double? Coverage95, double? IntervalScore80)
{
    public double? Rmse => Mse is { } mse ? Math.Sqrt(mse) : null;

    /// <param name="targets">[M]</param>
    /// <param name="weights">[M]</param>
    public static PooledErrors Of(LeadSums[] targets, IReadOnlyList<double> weights)
    {
        var (cells, weight, squares, absolutes) = (0, 0.0, 0.0, 0.0);
        for (var m = 0; m < targets.Length; m++)
        {
            cells += targets[m].Cells;
            weight += weights[m] * targets[m].Cells;
            squares += weights[m] * targets[m].Squares;
            absolutes += weights[m] * targets[m].Absolutes;
        }

        var seen = targets.Where(t => t.Cells > 0).ToArray();
        return new PooledErrors(
            cells,
            weight > 0 ? squares / weight : null,
            weight > 0 ? absolutes / weight : null,
            Mean(seen, t => t.Coverage80),
            Mean(seen, t => t.Coverage95),
            Mean(seen, t => t.IntervalScore80));
    }

    /// <summary>Null where any has none.</summary>
    private static double? Mean(LeadSums[] targets, Func<LeadSums, double?> value) =>
        targets.Length > 0 && Array.TrueForAll(targets, t => value(t) is not null) ? targets.Average(t => value(t)!.Value) : null;
}
