namespace FLTS.Forecasting.Scaling;

/// <summary>
/// Where a forecast is believed (FORECASTING.md 5): train's range widened by half on either side, and not below 0 where train never was.
/// Recursion amplifies what leaves it, so what a model is fed back is kept within it.
/// </summary>
/// <param name="Low">Least value, inclusive.</param>
/// <param name="High">Greatest value, inclusive.</param>
public readonly record struct PlausibleRange(double Low, double High)
{
    /// <summary>In original units; a flat target is its constant.</summary>
    public static PlausibleRange Of(ColumnScale column)
    {
        var widened = Widened(column);
        return column.NonNegative ? widened with { Low = Math.Max(widened.Low, 0) } : widened;
    }

    /// <summary>[M] On the models' scale; null where the scaler does not know a target.</summary>
    public static IReadOnlyList<PlausibleRange>? Scaled(Scaler? scaler, IReadOnlyList<string> targets) =>
        scaler is null || !targets.All(scaler.Contains) ? null : [.. targets.Select(t => Of(scaler[t]).On(scaler[t]))];

    /// <summary>Whether a value lies in it; NaN does not.</summary>
    public bool Contains(double value) => value >= Low && value <= High;

    /// <summary>The nearest value in it; NaN stays NaN.</summary>
    public double Clamp(double value) => value < Low ? Low : value > High ? High : value;

    /// <summary>Without the bound at 0: what is a little below it is clamped without a word, as ever.</summary>
    internal static PlausibleRange Widened(ColumnScale column)
    {
        var half = column.Flat ? 0 : (column.Max / 2) - (column.Min / 2);
        return new PlausibleRange(column.Min - half, column.Flat ? column.Min : column.Max + half);
    }

    private PlausibleRange On(ColumnScale column)
    {
        var (low, high) = ((Low - column.Center) / column.Scale, (High - column.Center) / column.Scale);
        return new PlausibleRange(Math.Min(low, high), Math.Max(low, high));
    }
}
