using FLTS.Forecasting.Metrics;

namespace FLTS.Forecasting.Baselines;

/// <summary>A reference that learns nothing: fitting only notes what it was given.</summary>
/// <param name="modelType">For example <c>NAIVE</c>.</param>
/// <param name="inputLength">Rows it sees.</param>
/// <param name="fitted">Makes it.</param>
internal sealed class ReferenceForecaster(string modelType, int inputLength, Func<ModelSignature, FittedReference> fitted) : IForecaster
{
    public string ModelType => modelType;

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var series = data.Series;

        // Nothing but the targets is looked at: a lag among the inputs would ask for the rows that it reaches back.
        var signature = new ModelSignature(modelType, series.Targets, series.Targets, inputLength, 1, series.Step);
        var model = fitted(signature);
        var metrics = OneStepMetrics.Of(model, data, context.Cancellation, model.Applies);
        context.Progress?.Report(new FitProgress(1, 1, metrics));
        return new FitResult(model, metrics is null ? [] : [metrics], null, new RowSpan(0, 0), new RowSpan(0, 0));
    }
}
