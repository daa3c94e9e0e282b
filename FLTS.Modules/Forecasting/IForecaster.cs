using System.Text.Json.Nodes;

namespace FLTS.Forecasting;

/// <summary>An unfitted model with its hyperparameters.</summary>
public interface IForecaster
{
    /// <summary>For example <c>GRU</c>.</summary>
    string ModelType { get; }

    /// <summary>Fits on the rows before <see cref="TrainingSet.ValidationStart"/>, selects and reports on those after it. The same data and seed give the same model.</summary>
    /// <exception cref="InvalidInputException">Too few rows for this model, with the number needed.</exception>
    /// <exception cref="OperationCanceledException">The context's token was cancelled.</exception>
    FitResult Fit(TrainingSet data, FitContext context);
}

/// <summary>A model that can answer, be saved and be loaded. Safe to call from several threads at once.</summary>
public interface IFittedForecaster : IDisposable
{
    /// <summary>What it needs and gives.</summary>
    ModelSignature Signature { get; }

    /// <summary>Forecasts from many origins in one call.</summary>
    /// <param name="history">Rows up to and beyond the origins; columns as <see cref="ModelSignature.Inputs"/>, found by name.</param>
    /// <param name="origins">[N] Last known row of each forecast; the <see cref="ModelSignature.InputLength"/> rows that end there lie in one segment. Of rows after it only columns known ahead are looked at (<see cref="ModelSignature.KnownAhead"/>); where the segment ends, their last value is held.</param>
    /// <param name="steps">H, at least 1. Beyond the model's own horizon it is fed its own forecasts, with the calendar of the coming steps.</param>
    /// <returns>[N, H, M] on the scale of <paramref name="history"/>.</returns>
    double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps);

    /// <summary>The same with what is known of the coming days beyond the rows.</summary>
    /// <param name="history">As without holidays.</param>
    /// <param name="origins">[N]</param>
    /// <param name="steps">H</param>
    /// <param name="holidays">All that fall on the coming days; null: nobody said.</param>
    /// <returns>[N, H, M]</returns>
    /// <exception cref="InvalidInputException">The model does not know such a holiday, or needs to be told of them.</exception>
    double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps, IReadOnlyList<ComingHoliday>? holidays) =>
        holidays is null or []
            ? Forecast(history, origins, steps)
            : throw new InvalidInputException($"{Signature.ModelType} knows no holidays; leave 'holidays' out.");

    /// <summary>The model as files, for example <c>weights.safetensors</c> or <c>model.json</c>. Nothing executable.</summary>
    IReadOnlyDictionary<string, byte[]> Save();
}

/// <summary>What a fitted model needs and gives.</summary>
/// <param name="ModelType">For example <c>LSTM</c>.</param>
/// <param name="Inputs">F input columns in order.</param>
/// <param name="Targets">M target columns in order.</param>
/// <param name="InputLength">Rows it sees.</param>
/// <param name="Horizon">Steps it forecasts before it is fed its own forecasts.</param>
/// <param name="Step">Time between rows.</param>
/// <param name="LeadFromEndOfTrain">True for models that extrapolate from the end of train instead of from the origin (Prophet).</param>
/// <param name="Ahead">See <see cref="KnownAhead"/>; null: none.</param>
public sealed record ModelSignature(
    string ModelType,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Targets,
    int InputLength,
    int Horizon,
    TimeSpan Step,
    bool LeadFromEndOfTrain = false,
    IReadOnlyList<string>? Ahead = null)
{
    /// <summary>Inputs whose values at the coming steps the model takes as known (Prophet's regressors, caps, conditions): true ones in scoring, the client's in serving.</summary>
    public IReadOnlyList<string> KnownAhead => Ahead ?? [];
}

/// <summary>A holiday that a client knows to come.</summary>
/// <param name="Holiday">Its name in the model's own table.</param>
/// <param name="Ds">The day itself.</param>
public sealed record ComingHoliday(string Holiday, DateOnly Ds);

/// <summary>What surrounds a fit.</summary>
/// <param name="Threads">Most threads to compute with, at least 1. Never changes the numbers.</param>
/// <param name="Progress">Told after every epoch (recurrent) or target (Prophet).</param>
/// <param name="Cancellation">Looked at at least once a second.</param>
/// <param name="Checkpoint">Lets a fit go on where an earlier one of the same run was killed; null: it starts anew. Never changes the numbers.</param>
public sealed record FitContext(int Threads, IProgress<FitProgress>? Progress, CancellationToken Cancellation, ICheckpoint? Checkpoint = null);

/// <summary>
/// Keeps what an unfinished fit needs to go on after its process died. Called by one thread.
/// A lost checkpoint costs time and no more: faults of the storage are logged, not thrown.
/// </summary>
public interface ICheckpoint
{
    /// <summary>The bytes saved last; null where there are none. They need not be trusted: whoever wrote them checks them.</summary>
    byte[]? Load();

    /// <summary>Replaces the bytes in one step: after a kill at any instant the old ones or the new ones are there.</summary>
    void Save(byte[] state);
}

/// <summary>Progress of a fit: <paramref name="Done"/> of <paramref name="Total"/> epochs or targets.</summary>
public sealed record FitProgress(int Done, int Total, EpochMetrics? Epoch);

/// <summary>Losses and metrics of one epoch, on the series' scale, observed cells only; null where there is no validation part.</summary>
public sealed record EpochMetrics(
    int Epoch,
    double TrainLoss,
    double TrainRmse,
    double TrainMae,
    double TrainR2,
    double? ValLoss,
    double? ValRmse,
    double? ValMae,
    double? ValR2);

/// <summary>What came of a fit.</summary>
/// <param name="Model">The model to keep; the caller disposes it.</param>
/// <param name="History">One entry an epoch (or one in all for models without epochs).</param>
/// <param name="BestEpoch">Epoch whose weights were kept; null for models without epochs.</param>
/// <param name="FittedRows">Train rows whose values entered the kept model's fit.</param>
/// <param name="ValidatedRows">Train rows that chose between epochs or penalties.</param>
/// <param name="Diagnostics">Objective, iterations, convergence and the like, for the manifest.</param>
/// <param name="Warnings">Sentences for the run's record.</param>
/// <param name="BeforeRefit">Where <paramref name="Model"/> was refitted on all of train: the fit that had not seen the validation part, for residuals; the caller disposes it.</param>
public sealed record FitResult(
    IFittedForecaster Model,
    IReadOnlyList<EpochMetrics> History,
    int? BestEpoch,
    RowSpan FittedRows,
    RowSpan ValidatedRows,
    JsonObject? Diagnostics = null,
    IReadOnlyList<string>? Warnings = null,
    IFittedForecaster? BeforeRefit = null);

/// <summary>Rows <paramref name="Start"/> (inclusive) to <paramref name="End"/> (exclusive) of train.</summary>
public readonly record struct RowSpan(int Start, int End);

/// <summary>One kind of model: reads its hyperparameters, makes it, loads it.</summary>
public interface IForecasterFamily
{
    /// <summary>For example <c>PROPHET</c>.</summary>
    string ModelType { get; }

    /// <summary>Completes a hyperparameter document with defaults (snake_case names) and checks every range; the result is what <c>params_hash</c> is taken of.</summary>
    /// <exception cref="InvalidInputException">Unknown name, wrong type or out of range; names the hyperparameter and the range.</exception>
    JsonObject Normalise(JsonObject? hyperparameters);

    /// <summary>An unfitted model.</summary>
    IForecaster Create(JsonObject hyperparameters);

    /// <summary>A fitted model from its files (as <see cref="IFittedForecaster.Save"/> gave them).</summary>
    /// <exception cref="CorruptArtifactException">A file is missing, malformed or does not fit the signature.</exception>
    IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, IReadOnlyDictionary<string, byte[]> files);
}
