using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Backtests;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>Rows of a dataset's files of now, for a model of before.</summary>
internal sealed class SpanRows(SourceReader reader, SpanTurn turn, ComputeBudget budget)
{
    /// <summary>Times of all rows, in the order of the files.</summary>
    /// <param name="files">Of the dataset.</param>
    /// <param name="its">The data that the model was trained on.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">The files cannot be read as those of the model were.</exception>
    public Task<DateTime[]> TimesAsync(SourceFiles files, DatasetMeta its, CancellationToken cancellation) => turn.RunAsync(
        async () =>
        {
            using var reading = budget.EnterReading();
            var table = await reader.ReadAsync(files, files.Options.FormOver(its.Config), [its.Measured[0]], cancellation);
            return table.Timestamps;
        },
        cancellation);

    /// <summary>
    /// A dataset whose test part is the span, prepared as the model's own was, in original units: nothing is scaled or clipped.
    /// </summary>
    /// <exception cref="InvalidInputException">The files cannot be prepared so, or no row lies in the span.</exception>
    public async Task<PreparedDataset> PrepareAsync(BacktestOrder order, LoadedModel model, CancellationToken cancellation)
    {
        var (source, form, signature) = (order.Source!, order.Source!.Form(), model.Forecaster.Signature);
        var measured = model.Scaler.Columns.Select(c => c.Name).ToList();
        var config = Plain(form.FormOver(model.Config), signature, measured);
        var span = new TestSpan(
            SpanTime.Parse("from", order.From, config),
            SpanTime.Parse("to", order.To, config),
            Math.Max(order.InputRows, signature.InputLength) + config.Lags.DefaultIfEmpty(0).Max());
        using var reading = budget.EnterReading();
        var files = new SourceFiles(source.Name, source.TrainSha256, source.TestSha256);
        var table = await reader.ReadAsync(files, config, measured, cancellation);
        return await budget.Threads.RunAsync(
            p => DatasetPreparer.Prepare(config, table, null, signature.Step, p, span), cancellation);
    }

    /// <summary>A model's configuration for rows in original units: all of them, nothing scaled or clipped.</summary>
    /// <param name="config">The model's, in the form of the files.</param>
    /// <param name="signature">The model's.</param>
    /// <param name="measured">Columns of its scaler.</param>
    public static PreprocessConfig Plain(PreprocessConfig config, ModelSignature signature, IReadOnlyList<string> measured) => config with
    {
        Targets = signature.Targets,
        Inputs = measured,
        SampleTrainRows = 0,
        SampleTestRows = 0,
        Scaler = ScalerKind.None,
        Clipping = new ClippingOptions(),
    };
}
