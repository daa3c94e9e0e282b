using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Terms;

namespace FLTS.Forecasting.Prophet.Predict;

/// <summary>Evaluates a fitted model (Prophet's <c>predict</c>, <c>predict_seasonal_components</c>).</summary>
public static class ProphetPrediction
{
    /// <summary>The curve at times that may lie anywhere.</summary>
    /// <param name="model">Fitted.</param>
    /// <param name="rows">N rows in any order, with cap, floor, regressors and conditions where the model has them.</param>
    /// <param name="futureHolidays">Occurrences of the model's own holidays that its settings do not list yet.</param>
    /// <exception cref="InvalidInputException">A column is missing, a holiday unknown, a value not finite.</exception>
    public static ProphetForecast Predict(this ProphetModel model, ProphetFrame rows, IReadOnlyList<Holiday>? futureHolidays = null)
    {
        rows.Check(model.Settings);
        CheckFloor(model, rows);
        var plan = new FeaturePlan(model.Seasonalities, model.Regressors, model.Settings, futureHolidays ?? []);
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

        var bounds = model.Settings.UncertaintySamples > 0
            ? Uncertainty.Simulate(model, scaled, components.Additive, components.Multiplicative)
            : null;
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

    /// <summary>[N] yhat alone, without components and intervals.</summary>
    /// <inheritdoc cref="Predict"/>
    public static double[] PredictPoint(this ProphetModel model, ProphetFrame rows, IReadOnlyList<Holiday>? futureHolidays = null)
    {
        rows.Check(model.Settings);
        CheckFloor(model, rows);
        var plan = new FeaturePlan(model.Seasonalities, model.Regressors, model.Settings, futureHolidays ?? []);
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
