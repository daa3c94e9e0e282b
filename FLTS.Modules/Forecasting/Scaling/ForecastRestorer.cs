namespace FLTS.Forecasting.Scaling;

/// <summary>
/// From a model's scale to original units, the same way in scoring and serving: inverse scaling, flat targets become their constant,
/// targets never below 0 in train are clamped at 0, and what lies beyond a season is kept within the plausible range.
/// </summary>
public sealed class ForecastRestorer
{
    private readonly ColumnScale[] _targets;

    /// <param name="scaler">The scaler of the dataset the model was trained on.</param>
    /// <param name="targets">M targets in the order of the forecasts.</param>
    /// <param name="step">Between rows.</param>
    /// <exception cref="ArgumentException">A target the scaler does not know.</exception>
    public ForecastRestorer(Scaler scaler, IReadOnlyList<string> targets, Series.SeriesStep step) =>
        (_targets, Season) = ([.. targets.Select(t => scaler[t])], Series.Season.Steps(step));

    /// <summary>Steps of a season; answers behind them are kept within the plausible range.</summary>
    public int Season { get; }

    /// <summary>What is plausible of a target, in original units.</summary>
    public PlausibleRange Plausible(int target) => PlausibleRange.Of(_targets[target]);

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
        PlausibleRange[] ranges = [.. _targets.Select(PlausibleRange.Of)];
        var restored = new double[scaled.GetLength(0), scaled.GetLength(1), scaled.GetLength(2)];
        for (var n = 0; n < scaled.GetLength(0); n++)
        {
            for (var h = 0; h < scaled.GetLength(1); h++)
            {
                for (var m = 0; m < scaled.GetLength(2); m++)
                    restored[n, h, m] = h < Season ? Restore(m, scaled[n, h, m]) : ranges[m].Clamp(Restore(m, scaled[n, h, m]));
            }
        }

        return restored;
    }

    /// <summary>[M] The first step, from 0, at which the plausible range had to be enforced; null: at none.</summary>
    /// <param name="scaled">[1, H, M] As the model gave it.</param>
    /// <param name="fedBack">Steps that the model was fed.</param>
    public int?[] Enforced(double[,,] scaled, int fedBack)
    {
        var enforced = new int?[_targets.Length];
        for (var m = 0; m < _targets.Length; m++)
        {
            var widened = PlausibleRange.Widened(_targets[m]);
            for (var h = 0; h < scaled.GetLength(1) && enforced[m] is null && !_targets[m].Flat; h++)
            {
                if ((h < fedBack || h >= Season) && !widened.Contains(_targets[m].Inverse(scaled[0, h, m])))
                    enforced[m] = h;
            }
        }

        return enforced;
    }
}
