namespace FLTS.Forecasting.Scaling;

/// <summary>
/// From a model's scale to original units, the same way in scoring and serving: inverse scaling, flat targets become their constant,
/// targets never below 0 in train are clamped at 0.
/// </summary>
public sealed class ForecastRestorer
{
    private readonly ColumnScale[] _targets;

    /// <param name="scaler">The scaler of the dataset the model was trained on.</param>
    /// <param name="targets">M targets in the order of the forecasts.</param>
    /// <exception cref="ArgumentException">A target the scaler does not know.</exception>
    public ForecastRestorer(Scaler scaler, IReadOnlyList<string> targets) => _targets = [.. targets.Select(t => scaler[t])];

    /// <summary>Original units of one value; NaN stays NaN.</summary>
    public double Restore(int target, double scaled)
    {
        var column = _targets[target];
        if (column.Flat)
            return column.Min;
        var value = column.Inverse(scaled);
        return column.NonNegative && value < 0 ? 0 : value;
    }

    /// <summary>Original units of many forecasts.</summary>
    /// <param name="scaled">[N, H, M]</param>
    /// <returns>[N, H, M], a new array.</returns>
    public double[,,] Restore(double[,,] scaled)
    {
        var restored = new double[scaled.GetLength(0), scaled.GetLength(1), scaled.GetLength(2)];
        for (var n = 0; n < scaled.GetLength(0); n++)
        {
            for (var h = 0; h < scaled.GetLength(1); h++)
            {
                for (var m = 0; m < scaled.GetLength(2); m++)
                    restored[n, h, m] = Restore(m, scaled[n, h, m]);
            }
        }

        return restored;
    }
}
