using System.Text.Json.Nodes;
using FLTS.Modules.Contracts;

namespace FLTS.Modules.Forecasting.Recurrent;

/// <summary>Trains a net, keeps the epoch of the lowest validation loss.</summary>
internal sealed class RecurrentForecaster(string modelType, RecurrentCell cell, RecurrentHyperparameters parameters) : IForecaster
{
    public string ModelType => modelType;

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var series = data.Series;
        RequireFinite(series);
        var all = new RowSpan(0, series.Rows);
        var train = new RowSpan(0, data.ValidationStart);
        var validation = new RowSpan(data.ValidationStart, series.Rows);
        var trainOrigins = RequireWindows(series, train);
        var validationOrigins = WindowTable.Origins(series, validation, parameters.InputLen, parameters.Horizon);
        var warnings = new List<string>();
        if (validationOrigins.Length == 0)
            warnings.Add($"{modelType}: the validation part has no window of {parameters.InputLen} + {parameters.Horizon} rows, so the last epoch was kept.");

        var total = parameters.RefitOnAll ? 2 * parameters.Epochs : parameters.Epochs;
        var (net, norm, history, best) = Train(series, train, trainOrigins, validationOrigins, parameters.Epochs, 0, total, context);
        var fitted = train;
        if (parameters.RefitOnAll)
        {
            net.Dispose();
            (net, norm, _, _) = Train(series, all, WindowTable.Origins(series, all, parameters.InputLen, parameters.Horizon), [], best, parameters.Epochs, total, context);
            fitted = all;
        }

        var signature = new ModelSignature(modelType, series.Columns, series.Targets, parameters.InputLen, parameters.Horizon, series.Step);
        var diagnostics = new JsonObject
        {
            ["train_windows"] = trainOrigins.Length,
            ["validation_windows"] = validationOrigins.Length,
            ["epochs_run"] = history.Count,
            ["parameters"] = net.Parameters.Sum(p => p.numel()),
        };
        return new FitResult(new FittedRecurrent(signature, net, norm), history, best, fitted, validation, diagnostics, warnings);
    }

    private (RecurrentNet Net, Normalisation Norm, List<EpochMetrics> History, int Best) Train(
        PreparedSeries series, RowSpan rows, long[] trainOrigins, long[] validationOrigins, int epochs, int done, int total, FitContext context)
    {
        var random = new Random(parameters.Seed);
        var norm = Normalisation.Of(series, rows, parameters.TargetMode, parameters.Standardise);
        using var windows = new WindowTable(series, norm, parameters.InputLen, parameters.Horizon);
        var net = new RecurrentNet(cell, series.Columns.Count, series.Targets.Count * parameters.Horizon, parameters.HiddenSize, parameters.NumLayers, random);
        try
        {
            using var trainer = new NetTrainer(net, parameters, series.Targets.Count, random);
            var history = new List<EpochMetrics>();
            var (best, bestLoss, weights) = (0, double.PositiveInfinity, net.Save());
            for (var epoch = 1; epoch <= epochs && epoch - best <= parameters.Patience; epoch++)
            {
                using var train = trainer.Epoch(windows, trainOrigins, epoch, context.Cancellation);
                using var validation = validationOrigins.Length == 0 ? null : trainer.Validate(windows, validationOrigins, context.Cancellation);
                history.Add(Metrics(epoch, train, validation, norm));
                // Without validation every epoch is the best so far.
                if (validation is null || validation.Loss < bestLoss)
                    (best, bestLoss, weights) = (epoch, validation?.Loss ?? bestLoss, net.Save());
                context.Progress?.Report(new FitProgress(done + epoch, total, history[^1]));
            }

            net.Restore(weights);
            return (net, norm, history, best);
        }
        catch
        {
            net.Dispose();
            throw;
        }
    }

    private static EpochMetrics Metrics(int epoch, EpochErrors train, EpochErrors? validation, Normalisation norm)
    {
        var (rmse, mae, r2) = train.Result(norm.TargetScale);
        var held = validation?.Result(norm.TargetScale);
        var metrics = new EpochMetrics(epoch, train.Loss, rmse, mae, r2, validation?.Loss, held?.Rmse, held?.Mae, held?.R2);
        double?[] numbers = [train.Loss, rmse, mae, r2, validation?.Loss, held?.Rmse, held?.Mae, held?.R2];
        return numbers.All(n => n is null || double.IsFinite(n.Value))
            ? metrics
            : throw new InvalidInputException($"The training diverged: a metric of epoch {epoch} is not finite; lower learning_rate or set gradient_clip.");
    }

    private long[] RequireWindows(PreparedSeries series, RowSpan train)
    {
        if (series.Targets.All(series.FlatTargets.Contains))
            throw new InvalidInputException($"{modelType} has nothing to learn: all targets ({string.Join(", ", series.Targets)}) are flat in train.");
        var origins = WindowTable.Origins(series, train, parameters.InputLen, parameters.Horizon);
        if (origins.Length > 0)
            return origins;
        var longest = series.Segments.Take(train.End).GroupBy(s => s).Select(g => g.Count()).DefaultIfEmpty(0).Max();
        throw new InvalidInputException(
            $"{modelType} needs {parameters.InputLen + parameters.Horizon} rows without a gap before the validation part (input_len {parameters.InputLen} + horizon {parameters.Horizon}) with an observed target behind them; "
            + $"the longest run there has {longest} of {train.End} rows. Use more data, a smaller input_len or a smaller validation_fraction.");
    }

    private static void RequireFinite(PreparedSeries series)
    {
        for (var c = 0; c < series.Columns.Count; c++)
        {
            if (Array.FindIndex(series.Values[c], v => !double.IsFinite(v)) is var row and >= 0)
                throw new InvalidInputException($"Column '{series.Columns[c]}' holds no finite number in row {row} of train ({series.Timestamps[row]:yyyy-MM-dd HH:mm:ss}).");
        }
    }
}
