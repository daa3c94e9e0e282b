using System.Text.Json.Nodes;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Recurrent.Answering;
using FLTS.Forecasting.Recurrent.Kernels;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Recurrent.Training;
using FLTS.Forecasting.Safetensors;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Recurrent;

/// <summary>Trains a net, keeps the epoch of the lowest validation loss.</summary>
internal sealed class RecurrentForecaster(string modelType, RecurrentCell cell, RecurrentHyperparameters parameters) : IForecaster
{
    public string ModelType => modelType;

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        try
        {
            return Train(data, context);
        }
        finally
        {
            NativeHeap.ReturnFreed();
        }
    }

    private FitResult Train(TrainingSet data, FitContext context)
    {
        var series = data.Series;
        RequireFinite(series);
        if (parameters.Log1p && data.Scaler is null)
            throw new InvalidInputException($"{modelType}: log1p needs the scaler of the dataset, which gives the original units.");
        var all = new RowSpan(0, series.Rows);
        var train = new RowSpan(0, data.ValidationStart);
        var validation = new RowSpan(data.ValidationStart, series.Rows);
        var trainOrigins = RequireWindows(series, train);
        var validationOrigins = WindowTable.Origins(series, validation, parameters.InputLen, parameters.Horizon);
        var warnings = new List<string>();
        if (validationOrigins.Length == 0)
            warnings.Add(
                $"{modelType}: the validation part has no window of {parameters.InputLen} + {parameters.Horizon} rows, so the last epoch "
                + "was kept.");

        var checkpoint = new TrainingCheckpoint(context.Checkpoint, modelType, parameters, data);
        var left = checkpoint.Load();
        var signature = new ModelSignature(modelType, series.Columns, series.Targets, parameters.InputLen, parameters.Horizon, series.Step)
        {
            Plausible = PlausibleRange.Scaled(data.Scaler, series.Targets),
        };
        var task = Task(onAll: false);
        var total = parameters.RefitOnAll ? 2 * parameters.Epochs : parameters.Epochs;
        var selecting = new TrainingStage(cell, parameters, 0, parameters.Epochs, 0, total, Selection.None, checkpoint, context);
        var (trained, norm, history) = left is { Stage: 1 }
            ? (left.Selection.Weights, selecting.Norm(data, train, task), left.Selection.History)
            : selecting.Run(data, train, trainOrigins, validationOrigins, task, left);
        var (weights, penalties) = task is null
            ? (trained, [])
            : new LeadHead(task, cell, parameters, trained, norm).Choose(data.ValidationStart, context.Cancellation);
        var served = Fitted(weights, norm, task);
        var shares = task is null || validationOrigins.Length == 0
            ? null
            : task.Shares(((FittedDirect)served).Outputs, norm, validationOrigins);
        if (shares is not null)
            served = Fitted(LeadTask.Shrunk(weights, shares), norm, task);
        IFittedForecaster? unseen = null;
        if (parameters.RefitOnAll)
            (served, unseen) = (Refit(), served);

        var best = TrainingStage.BestOf(history);
        var diagnostics = new JsonObject
        {
            ["train_windows"] = trainOrigins.Length,
            ["validation_windows"] = validationOrigins.Length,
            ["epochs_run"] = history.Count,
            ["parameters"] = weights.Sum(w => w.Values.LongLength),
        };
        if (shares is not null)
            diagnostics["knots"] = new JsonArray([.. task!.Knots.Zip(shares, (lead, share) => new JsonObject
            {
                ["lead"] = lead,
                ["share"] = share,
            })]);
        if (left is not null)
            diagnostics["resumed_after_epoch"] = left.History.Count + (left.Stage * parameters.Epochs);
        return new FitResult(
            served, history, best, parameters.RefitOnAll ? all : train, validation, diagnostics, warnings, unseen);

        LeadTask? Task(bool onAll) => parameters.LeadMode == LeadMode.Direct
            ? LeadTask.Of(data, parameters.InputLen, onAll, context)
            : null;

        IFittedForecaster Fitted(NamedTensor[] learned, Normalisation learnedOn, LeadTask? of)
        {
            var tensors = learned.ToDictionary(t => t.Name, StringComparer.Ordinal);
            var shape = of?.Shape(cell, parameters) ?? parameters.Shape(cell, series.Columns.Count, series.Targets.Count);
            var net = new PackedNet(shape, tensors, modelType);
            return of is null ? new FittedRecurrent(signature, net, learnedOn) : new FittedDirect(signature, net, learnedOn, of.Base);
        }

        // Trains again on all rows, for as many epochs as were best; what is reported stays the first training.
        IFittedForecaster Refit()
        {
            var taskOfAll = Task(onAll: true);
            var stage = new TrainingStage(
                cell,
                parameters,
                1,
                TrainingStage.BestOf(history),
                parameters.Epochs,
                total,
                new Selection(history, trained),
                checkpoint,
                context);
            var (refitted, onAll, _) = stage.Run(
                data,
                all,
                WindowTable.Origins(series, all, parameters.InputLen, parameters.Horizon),
                [],
                taskOfAll,
                left is { Stage: 1 } ? left : null);
            if (taskOfAll is not null)
                refitted = new LeadHead(taskOfAll, cell, parameters, refitted, onAll).Refit(penalties, context.Cancellation);
            return Fitted(shares is null ? refitted : LeadTask.Shrunk(refitted, shares), onAll, taskOfAll);
        }
    }

    private long[] RequireWindows(PreparedSeries series, RowSpan train)
    {
        if (series.Targets.All(series.FlatTargets.Contains))
            throw new InvalidInputException(
                $"{modelType} has nothing to learn: all targets ({string.Join(", ", series.Targets)}) are flat in train.");
        var origins = WindowTable.Origins(series, train, parameters.InputLen, parameters.Horizon);
        if (origins.Length > 0)
            return origins;
        var longest = series.Segments.Take(train.End).GroupBy(s => s).Select(g => g.Count()).DefaultIfEmpty(0).Max();
        throw new InvalidInputException(
            $"{modelType} needs {parameters.InputLen + parameters.Horizon} rows without a gap before the validation part (input_len "
            + $"{parameters.InputLen} + horizon {parameters.Horizon}) with an observed target behind them; "
            + $"the longest run there has {longest} of {train.End} rows. Use more data, a smaller input_len or a smaller "
            + "validation_fraction.");
    }

    private static void RequireFinite(PreparedSeries series)
    {
        for (var c = 0; c < series.Columns.Count; c++)
        {
            if (Array.FindIndex(series.Values[c], v => !double.IsFinite(v)) is var row and >= 0)
                throw new InvalidInputException(
                    $"Column '{series.Columns[c]}' holds no finite number in row {row} of train "
                    + $"({series.Timestamps[row]:yyyy-MM-dd HH:mm:ss}).");
        }
    }
}
