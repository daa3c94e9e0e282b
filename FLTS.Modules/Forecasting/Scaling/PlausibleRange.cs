using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Scaling;

/// <summary>
/// Where a forecast is believed (FORECASTING.md 5): train's range widened by half on either side, and within what is stated of the target.
/// Recursion amplifies what leaves it, so what a model is fed back is kept within it.
/// </summary>
/// <param name="Low">Least value, inclusive.</param>
/// <param name="High">Greatest value, inclusive.</param>
public readonly record struct PlausibleRange(double Low, double High)
{
    /// <summary>What scaling to and fro may make of 0, as a share of the range.</summary>
    private const double Rounding = 1e-12;

    /// <summary>0 of original units, below which no forecast falls until a value did (<c>non_negative: auto</c>); null: it may.</summary>
    public double? Zero { get; init; }

    /// <summary>As long as no value was below 0.</summary>
    public PlausibleRange Floored => Zero is { } zero ? new PlausibleRange(Math.Max(Low, zero), Math.Max(High, zero)) : this;

    /// <summary>In original units; a flat target is its constant.</summary>
    public static PlausibleRange Of(ColumnScale column)
    {
        var (widened, stated) = (Widened(column), Stated(column));
        return stated with { Low = stated.Clamp(widened.Low), High = stated.Clamp(widened.High) };
    }

    /// <summary>What <c>bounds</c> and <c>non_negative</c> say of every forecast, in original units.</summary>
    public static PlausibleRange Stated(ColumnScale column) =>
        new(column.Least ?? double.NegativeInfinity, column.Most ?? double.PositiveInfinity) { Zero = column.NonNegative ? 0 : null };

    /// <summary>[M] On the models' scale; null where the scaler does not know a target.</summary>
    public static IReadOnlyList<PlausibleRange>? Scaled(Scaler? scaler, IReadOnlyList<string> targets) =>
        scaler is null || !targets.All(scaler.Contains) ? null : [.. targets.Select(t => Of(scaler[t]).On(scaler[t]))];

    /// <summary>What is known of the rows of a series.</summary>
    /// <param name="series">On the scale of the ranges.</param>
    /// <param name="targets">[M]</param>
    /// <param name="ranges">[M]</param>
    internal static BelowZero KnownOf(PreparedSeries series, IReadOnlyList<string> targets, IReadOnlyList<PlausibleRange> ranges) =>
        new(series, targets, BoundsOf(ranges));

    /// <summary>[M] What lies under it is below 0; null: nobody asks.</summary>
    internal static double?[] BoundsOf(IReadOnlyList<PlausibleRange> ranges) =>
        [.. ranges.Select(r => r.Zero - (Rounding * Math.Max(Math.Abs(r.Low), Math.Abs(r.High))))];

    /// <summary>Whether a value lies in it; NaN does not.</summary>
    public bool Contains(double value) => value >= Low && value <= High;

    /// <summary>The nearest value in it; NaN stays NaN.</summary>
    public double Clamp(double value) => value < Low ? Low : value > High ? High : value;

    /// <summary>The nearest value in it for a forecast from a row.</summary>
    internal double Clamp(double value, BelowZero known, int target, int origin) =>
        value < Zero && !known.UpTo(target, origin) ? Floored.Low : Clamp(value);

    /// <summary>Without what is stated: a little beyond that is clamped without a word.</summary>
    internal static PlausibleRange Widened(ColumnScale column)
    {
        var half = column.Flat ? 0 : (column.Max / 2) - (column.Min / 2);
        return new PlausibleRange(column.Min - half, column.Flat ? column.Min : column.Max + half);
    }

    private PlausibleRange On(ColumnScale column)
    {
        var (low, high) = ((Low - column.Center) / column.Scale, (High - column.Center) / column.Scale);
        return new PlausibleRange(Math.Min(low, high), Math.Max(low, high))
        {
            Zero = Zero is { } zero ? (zero - column.Center) / column.Scale : null,
        };
    }
}
