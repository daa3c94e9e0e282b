using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>
/// Brings times and values to the scale of the priors (Prophet's <c>initialize_scales</c> and <c>setup_dataframe</c>):
/// t = (ds - start) / span, y = (y - floor) / y_scale.
/// </summary>
/// <param name="Start">First time of the history.</param>
/// <param name="SpanSeconds">Last time minus first, above 0.</param>
/// <param name="YScale">Divisor of y, above 0.</param>
/// <param name="YFloor">Subtracted from y where rows bring no floor of their own.</param>
/// <param name="RowFloor">Rows bring their own floor (logistic growth).</param>
public sealed record HistoryScale(DateTime Start, double SpanSeconds, double YScale, double YFloor, bool RowFloor)
{
    /// <summary>Scale of a history: times ascending, y observed.</summary>
    internal static HistoryScale Of(ProphetSettings settings, ProphetFrame history, double[] y)
    {
        var span = (history.Ds[^1] - history.Ds[0]).TotalSeconds;
        if (span <= 0)
            throw new InvalidInputException("All rows of the history have the same ds; a trend needs at least two times.");
        var rowFloor = settings.Growth == Growth.Logistic && history.Floor is not null;
        var (floor, scale) = (settings.Scaling, rowFloor) switch
        {
            (ScalingRule.AbsMax, false) => (0, y.Max(Math.Abs)),
            (ScalingRule.MinMax, false) => (y.Min(), y.Max() - y.Min()),
            (ScalingRule.AbsMax, true) => (0, y.Zip(history.Floor!, (v, f) => Math.Abs(v - f)).Max()),
            _ => (history.Floor!.Min(), history.Cap!.Max() - history.Floor!.Min()),
        };
        if (settings.Growth == Growth.Logistic && !rowFloor && history.Cap!.Any(c => c <= floor))
            throw new InvalidInputException(
                FormattableString.Invariant($"cap must lie above the smallest y ({floor}) with min-max scaling."));
        return new HistoryScale(history.Ds[0], span, scale == 0 ? 1 : scale, floor, rowFloor);
    }

    /// <summary>0 at the start of the history, 1 at its end.</summary>
    public double Time(DateTime ds) => (ds - Start).TotalSeconds / SpanSeconds;

    /// <summary>Floor of a row in units of y.</summary>
    internal double Floor(ProphetFrame frame, int row) => RowFloor ? frame.Floor![row] : YFloor;

    /// <summary>[N] Scaled caps of a logistic trend.</summary>
    internal double[] Caps(ProphetFrame frame)
    {
        var caps = new double[frame.Rows];
        for (var i = 0; i < caps.Length; i++)
            caps[i] = (frame.Cap![i] - Floor(frame, i)) / YScale;
        return caps;
    }

    /// <summary>[N] Scaled values.</summary>
    internal double[] Values(ProphetFrame frame, double[] y)
    {
        var scaled = new double[y.Length];
        for (var i = 0; i < scaled.Length; i++)
            scaled[i] = (y[i] - Floor(frame, i)) / YScale;
        return scaled;
    }
}
