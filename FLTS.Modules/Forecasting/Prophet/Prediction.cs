namespace FLTS.Forecasting.Prophet;

/// <summary>Evaluates a fitted model (Prophet's <c>predict</c>, <c>predict_seasonal_components</c>).</summary>
internal static class Prediction
{
    public static ProphetForecast Of(ProphetModel model, ProphetFrame rows, IReadOnlyList<Holiday> futureHolidays, bool withUncertainty)
    {
        rows.Check(model.Settings);
        CheckFloor(model, rows);
        var plan = new FeaturePlan(model.Seasonalities, model.Regressors, model.Settings, futureHolidays);
        var components = new ComponentSums(plan.Columns, rows.Rows);
        var features = new double[plan.Columns.Length];
        for (var i = 0; i < rows.Rows; i++)
        {
            plan.Fill(rows, i, features);
            components.Add(i, features, model.Parameters.Beta);
        }

        var scaled = ScaledRows.Of(model, rows);
        var (yhat, trend) = (new double[rows.Rows], new double[rows.Rows]);
        for (var i = 0; i < yhat.Length; i++)
        {
            yhat[i] = (scaled.Trend[i] * (1 + components.Multiplicative[i])) + components.Additive[i];
            yhat[i] = (yhat[i] * model.Scale.YScale) + scaled.Floors[i];
            trend[i] = (scaled.Trend[i] * model.Scale.YScale) + scaled.Floors[i];
        }

        var bounds = withUncertainty ? Uncertainty.Simulate(model, scaled, components.Additive, components.Multiplicative) : null;
        return new ProphetForecast
        {
            Ds = rows.Ds,
            Yhat = yhat,
            Trend = trend,
            Components = components.InUnits(model.Scale.YScale),
            YhatLower = bounds?.YhatLower,
            YhatUpper = bounds?.YhatUpper,
            TrendLower = bounds?.TrendLower,
            TrendUpper = bounds?.TrendUpper,
        };
    }

    public static double[] Point(ProphetModel model, ProphetFrame rows, IReadOnlyList<Holiday> futureHolidays)
    {
        rows.Check(model.Settings);
        CheckFloor(model, rows);
        var plan = new FeaturePlan(model.Seasonalities, model.Regressors, model.Settings, futureHolidays);
        var beta = model.Parameters.Beta;
        var multiplicative = beta.Select((b, j) => plan.Columns[j].Mode == TermMode.Multiplicative ? b : 0).ToArray();
        var additive = beta.Select((b, j) => plan.Columns[j].Mode == TermMode.Additive ? b : 0).ToArray();
        var scaled = ScaledRows.Of(model, rows);
        var features = new double[beta.Length];
        var yhat = new double[rows.Rows];
        for (var i = 0; i < yhat.Length; i++)
        {
            plan.Fill(rows, i, features);
            yhat[i] = (scaled.Trend[i] * (1 + LinearAlgebra.Dot(features, multiplicative))) + LinearAlgebra.Dot(features, additive);
            yhat[i] = (yhat[i] * model.Scale.YScale) + scaled.Floors[i];
        }

        return yhat;
    }

    private static void CheckFloor(ProphetModel model, ProphetFrame rows)
    {
        if (model.Scale.RowFloor && rows.Floor is null)
            throw new InvalidInputException("The model was fitted with a floor; every row to forecast needs one.");
    }
}

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
        return new ScaledRows(times, caps, floors, PiecewiseTrend.Evaluate(model.Settings.Growth, p.K, p.M, p.Delta, model.Bends(), times, caps));
    }
}
