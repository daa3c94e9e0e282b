using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>What preprocessing found, for people: counts and sentences.</summary>
public sealed record DatasetReport
{
    /// <summary>The train file, or the only file.</summary>
    public required SeriesReport Train { get; init; }

    /// <summary>The test file; null where test was cut from train.</summary>
    public SeriesReport? Test { get; init; }

    /// <summary>Cells of train that were filled, by column; only columns with any.</summary>
    public IReadOnlyDictionary<string, int> FilledTrainCells { get; init; } = new Dictionary<string, int>();

    /// <summary>Cells of test that were filled (causally), by column; only columns with any.</summary>
    public IReadOnlyDictionary<string, int> FilledTestCells { get; init; } = new Dictionary<string, int>();

    /// <summary>Train rows dropped by drop_rows.</summary>
    public int DroppedRows { get; init; }

    /// <summary>Columns flat in train.</summary>
    public IReadOnlyList<string> FlatColumns { get; init; } = [];

    /// <summary>Sentences for the dataset's page and log.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>The small half of processed data (<c>meta.json</c>): enough to know, score and serve what was made of it.</summary>
public sealed record DatasetMeta
{
    public required PreprocessConfig Config { get; init; }

    public required string ConfigHash { get; init; }

    public required TimeSpan Step { get; init; }

    /// <summary>Targets in order.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>All columns of the prepared series in order: measured, lags, calendar.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Scale and train statistics of every measured column (targets first).</summary>
    public required Scaler Scaler { get; init; }

    public required int TrainRows { get; init; }

    public required int TestRows { get; init; }

    /// <summary>First train row of the validation part; <see cref="TrainRows"/> where there is none.</summary>
    public required int ValidationStart { get; init; }

    /// <summary>Whether the first test row is one step after the last train row.</summary>
    public required bool TestFollowsTrain { get; init; }

    public required DatasetReport Report { get; init; }

    /// <summary>Columns that were measured: all but lags and calendar.</summary>
    public IReadOnlyList<string> Measured => [.. Scaler.Columns.Select(c => c.Name)];

    /// <summary>Targets that are flat in train.</summary>
    public IReadOnlyList<string> FlatTargets => [.. Targets.Where(t => Scaler[t].Flat)];
}

/// <summary>A dataset ready for training and scoring.</summary>
public sealed class PreparedDataset
{
    public required DatasetMeta Meta { get; init; }

    public required PreparedSeries Train { get; init; }

    /// <summary>May have no rows (lags longer than every segment).</summary>
    public required PreparedSeries Test { get; init; }

    /// <summary>[M][test rows] Targets in original units, never clipped; NaN where nothing was observed: the only truth that is scored.</summary>
    public required double[][] TestTruth { get; init; }

    /// <summary>What a fit is given.</summary>
    public TrainingSet TrainingSet => new(Train, Meta.ValidationStart, Meta.Scaler);

    /// <summary>From scaled forecasts back to original units.</summary>
    public ForecastRestorer Restorer => new(Meta.Scaler, Meta.Targets);

    /// <summary>Test with the rows before it that models may look at, and the origins that are scored.</summary>
    /// <param name="inputLength">Longest input of all models compared, in rows.</param>
    /// <param name="horizon">H, steps forecast from each origin.</param>
    public EvaluationFrame Evaluation(int inputLength, int horizon = 1) => EvaluationFrame.Of(this, inputLength, horizon);
}
