using System.Text.Json.Nodes;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;

namespace FLTS.Modules.Training;

/// <summary>A fit with forecasts of the validation part by a model that had not seen it, whatever is served afterwards.</summary>
internal static class RunResiduals
{
    /// <param name="modelType">What is fitted.</param>
    /// <param name="hyperparameters">Complete.</param>
    /// <param name="dataset">Whose train part it is fitted on.</param>
    /// <param name="context">Of the fit.</param>
    public static (FitResult Fit, ValidationForecasts Residuals) FitWith(
        string modelType, JsonObject hyperparameters, PreparedDataset dataset, FitContext context)
    {
        var fit = ForecasterCatalog.Get(modelType).Create(hyperparameters).Fit(dataset.TrainingSet, context);
        try
        {
            return (fit, ValidationForecasts.Of(fit.BeforeRefit ?? fit.Model, dataset, context.Cancellation));
        }
        catch
        {
            fit.Model.Dispose();
            throw;
        }
        finally
        {
            fit.BeforeRefit?.Dispose();
        }
    }
}
