using System.Globalization;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>One training of one net, from its start or from its last finished epoch to its end.</summary>
/// <param name="cell">Which equations.</param>
/// <param name="parameters">Of the run.</param>
/// <param name="stage">0: selects the epoch; 1: trains again on all rows.</param>
/// <param name="epochs">Most epochs of this stage.</param>
/// <param name="done">Epochs that count as done before this stage, for progress.</param>
/// <param name="total">Epochs of all stages, for progress.</param>
/// <param name="selection">How the stage before ended.</param>
/// <param name="checkpoint">Told after every epoch.</param>
/// <param name="context">Progress and cancellation.</param>
internal sealed class TrainingStage(
    RecurrentCell cell,
    RecurrentHyperparameters parameters,
    int stage,
    int epochs,
    int done,
    int total,
    Selection selection,
    TrainingCheckpoint checkpoint,
    FitContext context)
{
    /// <summary>Epochs without a better one after which the schedule <c>plateau</c> halves the rate.</summary>
    private const int PlateauEpochs = 2;

    /// <summary>First epoch of the lowest validation loss; without validation the last; 0 before the first.</summary>
    public static int BestOf(IReadOnlyList<EpochMetrics> history) =>
        history.Count == 0 ? 0 : history[0].ValLoss is null ? history.Count : history.MinBy(e => e.ValLoss)!.Epoch;

    /// <summary>Learning rate of the epoch that follows <paramref name="history"/>.</summary>
    public static double Rate(RecurrentHyperparameters parameters, IReadOnlyList<EpochMetrics> history) => parameters.Schedule switch
    {
        LearningRateSchedule.Cosine => parameters.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * history.Count / parameters.Epochs)),
        LearningRateSchedule.Plateau => parameters.LearningRate * Math.Pow(0.5, Plateaus(history)),
        _ => parameters.LearningRate,
    };

    /// <summary>
    /// Whether an epoch learned so much worse than the first that its net is no forecaster any more, though its numbers are still finite.
    /// </summary>
    public static bool HasExploded(IReadOnlyList<EpochMetrics> history, EpochMetrics epoch) =>
        history.Count > 0 && epoch.TrainLoss > 1000 * history[0].TrainLoss;

    /// <summary>Trains on the windows of <paramref name="trainOrigins"/>; the kept weights are those of the best epoch.</summary>
    /// <param name="data">All rows, and the scaler for <c>log1p</c>.</param>
    /// <param name="rows">Those the normalisation is learned on.</param>
    /// <param name="trainOrigins">Windows learned from.</param>
    /// <param name="validationOrigins">Windows that choose the epoch; may be none.</param>
    /// <param name="task">Of a direct net, of which the first knot is learned; null: the horizon is.</param>
    /// <param name="from">Where an earlier process stood in this stage; null: start.</param>
    public (NamedTensor[] Weights, Normalisation Norm, IReadOnlyList<EpochMetrics> History) Run(
        TrainingSet data, RowSpan rows, long[] trainOrigins, long[] validationOrigins, LeadTask? task, TrainingState? from)
    {
        var (series, norm) = (data.Series, Norm(data, rows, task));
        using var windows = task is null
            ? new WindowTable(series, norm, parameters.InputLen, parameters.Horizon)
            : new LeadTable(series, norm, parameters, task, rows);
        var shape = task?.FirstShape(cell, parameters) ?? parameters.Shape(cell, series.Columns.Count, series.Targets.Count);
        using var net = new RecurrentNet(shape, EpochRandom.Of(parameters.Seed, 0));
        using var trainer = new NetTrainer(net, parameters, norm);
        var history = new List<EpochMetrics>(from?.History ?? []);
        if (from is not null)
        {
            net.Restore(from.Weights);
            trainer.RestoreMoments(from.Moments);
        }

        var kept = from?.Kept ?? net.Save();
        while (history.Count < epochs && history.Count - BestOf(history) < parameters.Patience)
        {
            var epoch = history.Count + 1;
            var train = trainer.Epoch(windows, trainOrigins, epoch, Rate(parameters, history), context.Cancellation);
            var validation = validationOrigins.Length == 0 ? null : trainer.Validate(windows, validationOrigins, context.Cancellation);
            var metrics = Metrics(epoch, train, validation);
            if (HasExploded(history, metrics))
                throw new InvalidInputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The training diverged: the loss of epoch {epoch} is {metrics.TrainLoss:g4}, that of the first was "
                    + $"{history[0].TrainLoss:g4}; lower learning_rate (now {parameters.LearningRate}) or set gradient_clip "
                    + $"(now {parameters.GradientClip})."));
            history.Add(metrics);
            if (BestOf(history) == epoch)
                kept = net.Save();
            if (checkpoint.IsKept)
                checkpoint.Save(new TrainingState(stage, selection, history, net.Save(), kept, trainer.SaveMoments()));
            context.Progress?.Report(new FitProgress(done + epoch, total, history[^1]));
        }

        return (kept, norm, history);
    }

    /// <summary>The normalisation that <see cref="Run"/> learns on these rows.</summary>
    public Normalisation Norm(TrainingSet data, RowSpan rows, LeadTask? task)
    {
        var scaler = parameters.Log1p ? data.Scaler : null;
        return task?.Norm(rows, parameters.Standardise, scaler)
            ?? Normalisation.Of(data.Series, rows, parameters.TargetMode, parameters.Standardise, scaler);
    }

    private static int Plateaus(IReadOnlyList<EpochMetrics> history)
    {
        var (plateaus, waited, best) = (0, 0, double.PositiveInfinity);
        foreach (var loss in history.Select(e => e.ValLoss ?? e.TrainLoss))
        {
            (waited, best) = loss < best ? (0, loss) : (waited + 1, best);
            if (waited == PlateauEpochs)
                (plateaus, waited) = (plateaus + 1, 0);
        }

        return plateaus;
    }

    private static EpochMetrics Metrics(int epoch, EpochErrors train, EpochErrors? validation)
    {
        var (rmse, mae, r2) = train.Result();
        var held = validation?.Result();
        var metrics = new EpochMetrics(epoch, train.Loss, rmse, mae, r2, validation?.Loss, held?.Rmse, held?.Mae, held?.R2);
        double?[] numbers = [train.Loss, rmse, mae, r2, validation?.Loss, held?.Rmse, held?.Mae, held?.R2];
        return numbers.All(n => n is null || double.IsFinite(n.Value))
            ? metrics
            : throw new InvalidInputException(
                $"The training diverged: a metric of epoch {epoch} is not finite; lower learning_rate or set gradient_clip.");
    }
}
