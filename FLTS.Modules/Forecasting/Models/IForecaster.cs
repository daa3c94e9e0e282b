namespace FLTS.Forecasting.Models;

/// <summary>An unfitted model with its hyperparameters.</summary>
public interface IForecaster
{
    /// <summary>For example <c>GRU</c>.</summary>
    string ModelType { get; }

    /// <summary>
    /// Fits on the rows before <see cref="TrainingSet.ValidationStart"/>, selects and reports on those after it. The same
    /// data and seed give the same model.
    /// </summary>
    /// <exception cref="InvalidInputException">Too few rows for this model, with the number needed.</exception>
    /// <exception cref="OperationCanceledException">The context's token was cancelled.</exception>
    FitResult Fit(TrainingSet data, FitContext context);
}
