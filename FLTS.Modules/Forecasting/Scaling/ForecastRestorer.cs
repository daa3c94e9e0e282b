using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Scaling;

/// <summary>
/// From a model's scale to original units, the same way in scoring and serving: inverse scaling, flat targets become their constant,
/// forecasts are kept within what is stated of a target and, beyond a season, within the plausible range.
/// </summary>
public sealed class ForecastRestorer
{
    private readonly IReadOnlyList<string> _names;
    private readonly ColumnScale[] _targets;
    private readonly PlausibleRange[] _stated, _plausible;
    private readonly double?[] _bounds;

    /// <param name="scaler">The scaler of the dataset the model was trained on.</param>
    /// <param name="targets">M targets in the order of the forecasts.</param>
    /// <param name="step">Between rows.</param>
    /// <exception cref="ArgumentException">A target the scaler does not know.</exception>
    public ForecastRestorer(Scaler scaler, IReadOnlyList<string> targets, Series.SeriesStep step)
    {
        (_names, _targets, Season) = (targets, [.. targets.Select(t => scaler[t])], Series.Season.Steps(step));
        (_stated, _plausible) = ([.. _targets.Select(PlausibleRange.Stated)], [.. _targets.Select(PlausibleRange.Of)]);
        _bounds = PlausibleRange.BoundsOf(PlausibleRange.Scaled(scaler, targets)!);
    }

    /// <summary>Steps of a season; answers behind them are kept within the plausible range.</summary>
    public int Season { get; }

    /// <summary>What is plausible of a target from a row on, in original units.</summary>
    public PlausibleRange Plausible(int target, PreparedSeries from, int origin) => At(_plausible, target, from, origin);

    /// <summary>What is stated of a target's forecasts from a row on, in original units.</summary>
    public PlausibleRange Stated(int target, PreparedSeries from, int origin) => At(_stated, target, from, origin);

    /// <summary>[N, M] The same of all targets and many rows.</summary>
    public PlausibleRange[,] Stated(PreparedSeries from, ReadOnlySpan<int> origins)
    {
        var known = new BelowZero(from, _names, _bounds);
        var stated = new PlausibleRange[origins.Length, _stated.Length];
        for (var n = 0; n < origins.Length; n++)
        {
            for (var m = 0; m < _stated.Length; m++)
                stated[n, m] = In(_stated, m, known, origins[n]);
        }

        return stated;
    }

    /// <summary>Original units of forecasts.</summary>
    /// <param name="scaled">[N, H, M]</param>
    /// <param name="series">The rows that they start from, never clipped, on the same scale.</param>
    /// <param name="origins">[N] Last known rows.</param>
    /// <param name="leads">[H] In steps, of forecasts at some leads only; null: 1 to H.</param>
    /// <returns>[N, H, M], a new array.</returns>
    public double[,,] Restore(
        double[,,] scaled, PreparedSeries series, ReadOnlySpan<int> origins, IReadOnlyList<int>? leads = null)
    {
        var known = new BelowZero(series, _names, _bounds);
        var restored = new double[scaled.GetLength(0), scaled.GetLength(1), scaled.GetLength(2)];
        for (var n = 0; n < scaled.GetLength(0); n++)
        {
            for (var h = 0; h < scaled.GetLength(1); h++)
            {
                var ranges = (leads?[h] ?? h + 1) <= Season ? _stated : _plausible;
                for (var m = 0; m < scaled.GetLength(2); m++)
                {
                    var value = _targets[m].Flat ? _targets[m].Min : _targets[m].Inverse(scaled[n, h, m]);
                    restored[n, h, m] = ranges[m].Clamp(value, known, m, origins[n]);
                }
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

    private PlausibleRange At(PlausibleRange[] ranges, int target, PreparedSeries from, int origin) =>
        In(ranges, target, new BelowZero(from, _names, _bounds), origin);

    private static PlausibleRange In(PlausibleRange[] ranges, int target, BelowZero known, int origin) =>
        known.UpTo(target, origin) ? ranges[target] with { Zero = null } : ranges[target].Floored;
}
