using System.Text.Json.Nodes;
using FLTS.Modules.Forecasting;
using FLTS.Modules.Forecasting.Intervals;
using FLTS.Modules.Forecasting.Preparation;

namespace FLTS.Modules.Training;

/// <summary>A fit with its residuals, those by a model that had not seen the validation part, whatever is served afterwards.</summary>
internal static class RunResiduals
{
    /// <param name="modelType">What is fitted.</param>
    /// <param name="hyperparameters">Complete.</param>
    /// <param name="dataset">Whose train part it is fitted on.</param>
    /// <param name="context">Of the fit.</param>
    public static (FitResult Fit, ValidationResiduals Residuals) FitWith(string modelType, JsonObject hyperparameters, PreparedDataset dataset, FitContext context)
    {
        var fit = ForecasterCatalog.Get(modelType).Create(hyperparameters).Fit(dataset.TrainingSet, context);
        try
        {
            return (fit, Of(modelType, hyperparameters, dataset, fit, context));
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

    private static ValidationResiduals Of(string modelType, JsonObject hyperparameters, PreparedDataset dataset, FitResult fit, FitContext context)
    {
        var start = dataset.Meta.ValidationStart;
        if (fit.BeforeRefit is { } unseen)
            return ValidationResiduals.Of(unseen, dataset, context.Cancellation);
        if (fit.FittedRows.End <= start || start >= dataset.Train.Rows)
            return ValidationResiduals.Of(fit.Model, dataset, context.Cancellation);

        // A net that was refitted has left its first weights behind: the first training is repeated.
        var once = (JsonObject)hyperparameters.DeepClone();
        once["refit_on_all"] = false;
        using var again = ForecasterCatalog.Get(modelType).Create(once).Fit(dataset.TrainingSet, context with { Progress = null, Checkpoint = null }).Model;
        return ValidationResiduals.Of(again, dataset, context.Cancellation);
    }
}
