using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Trend;

namespace FLTS.Forecasting.Prophet.Predict;

/// <summary>Times, caps, floors and trend of rows on the scale of the priors.</summary>
internal sealed record ScaledRows(double[] Times, double[]? Caps, double[] Floors, double[] Trend)
{
    public static ScaledRows Of(ProphetModel model, ProphetFrame rows)
    {
        var times = Array.ConvertAll(rows.Ds, model.Scale.Time);
        var caps = model.Settings.Growth == Growth.Logistic ? model.Scale.Caps(rows) : null;
        var floors = new double[rows.Rows];
        for (var i = 0; i < floors.Length; i++)
            floors[i] = model.Scale.Floor(rows, i);
        var p = model.Parameters;
        return new ScaledRows(
            times, caps, floors, PiecewiseTrend.Evaluate(model.Settings.Growth, p.K, p.M, p.Delta, model.Bends(), times, caps));
    }
}
