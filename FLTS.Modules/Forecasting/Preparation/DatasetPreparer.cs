using System.Globalization;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// From raw tables to a <see cref="PreparedDataset"/>: parts, sampling, filling, clipping, calendar, lags, scaling (FORECASTING.md 3).
/// </summary>
public static class DatasetPreparer
{
    /// <summary>How a dataset's files are to be read for a configuration.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="limits">Sizes; null: the defaults.</param>
    public static CsvReadOptions ReadOptions(PreprocessConfig config, CsvReadOptions? limits = null) =>
        (limits ?? new CsvReadOptions()) with
        {
            TimestampColumn = config.TimestampColumn,
            Timezone = config.Timezone,
            HasInstants = config.HasInstants,
            Reading = config.Reading,
            Columns = config.Targets is null ? null : [.. config.Targets.Union(config.Inputs ?? [], StringComparer.Ordinal)],
        };

    /// <summary>Prepares a dataset. Everything learned is learned on train's observed cells.</summary>
    /// <param name="config">What to do.</param>
    /// <param name="train">The train file, or the only file. Its arrays are taken over.</param>
    /// <param name="test">The test file, or null to cut test from train.</param>
    /// <param name="step">Of what was prepared before under the same hash, which is compared with; null: stated or found.</param>
    /// <param name="parallelism">Cancellation is looked at between steps, and between rows of a long one.</param>
    /// <param name="span">Which rows of the only file are test; null: as configured.</param>
    /// <exception cref="InvalidInputException">The data cannot be used as configured; names file and column.</exception>
    public static PreparedDataset Prepare(
        PreprocessConfig config,
        RawTable train,
        RawTable? test = null,
        SeriesStep? step = null,
        Parallelism parallelism = default,
        TestSpan? span = null)
    {
        var columns = ColumnPlan.Of(config, train, test);
        var parts = Parts(config, columns, (train, test), (step, span), parallelism);
        RefuseTooMany(config, columns, parts, train);
        train.Drop();
        test?.Drop();
        var (trainPart, testPart) = (parts.Train, parts.Test);
        var dropped = 0;
        if (config.Missing.Strategy == MissingStrategy.DropRows)
        {
            var kept = trainPart.DropRows(config.Missing.DropShare);
            dropped = trainPart.Rows - kept.Rows;
            trainPart = kept;
        }

        parallelism.Cancellation.ThrowIfCancellationRequested();
        var cleaned = CleanedParts.Of(config, columns, trainPart, testPart, parallelism);
        parallelism.Cancellation.ThrowIfCancellationRequested();

        var follows = testPart.Rows > 0 && parts.Step.Follows(testPart.Times[0], trainPart.Times[^1]);
        var assembler = new SeriesAssembler(config, columns, parts.Step, cleaned.Flat, parallelism);
        var trainSeries = assembler.Train(trainPart, cleaned.Train, cleaned.TrainObserved);
        var (testSeries, testRows) = assembler.Test(testPart, cleaned.Test, cleaned.TestObserved, follows ? trainSeries : null);
        var trainUnclipped = cleaned.TrainUnclipped is { } trainValues
            ? assembler.Train(trainPart, trainValues, cleaned.TrainObserved)
            : null;
        var testUnclipped = cleaned.TestUnclipped is { } testValues
            ? assembler.Test(testPart, testValues, cleaned.TestObserved, follows ? trainUnclipped : null).Series
            : null;
        if (trainSeries.Rows == 0)
            throw new InvalidInputException(
                $"{train.Name}: no train row has all lags up to {config.Lags[^1]} rows back inside one segment; use smaller lags.");

        var doubled = parts.TrainReport.LeftOut(train.Name).Concat(parts.TestReport?.LeftOut(test!.Name) ?? []).ToList();
        var validation = (int)Math.Ceiling((trainSeries.Rows * config.ValidationFraction) - 1e-9);
        return new PreparedDataset
        {
            Meta = new DatasetMeta
            {
                Config = config,
                ConfigHash = config.ConfigHash,
                Step = parts.Step,
                Targets = columns.Targets,
                Columns = columns.All,
                Scaler = cleaned.Scaler,
                TrainRows = trainSeries.Rows,
                TestRows = testSeries.Rows,
                ValidationStart = trainSeries.Rows - validation,
                TestFollowsTrain = testSeries.Rows > 0
                    && parts.Step.Follows(testSeries.Timestamps[0], trainSeries.Timestamps[^1]),
                Report = new DatasetReport
                {
                    Train = parts.TrainReport,
                    Test = parts.TestReport,
                    DroppedRows = dropped,
                    FilledTrainCells = cleaned.FilledTrain,
                    FilledTestCells = cleaned.FilledTest,
                    FlatColumns = cleaned.Flat,
                    LeftOut = [.. train.LeftOut, .. test?.LeftOut ?? [], .. doubled],
                    Warnings =
                    [
                        .. train.Warnings, .. test?.Warnings ?? [], .. doubled,
                        .. parts.TrainReport.Warnings, .. parts.TestReport?.Warnings ?? [],
                        .. test is not null && config.TestSpan is { } unused
                            ? [$"'test_span' {SpanText.Of(unused)} does nothing: test is what the file {test.Name} holds."]
                            : Array.Empty<string>(),
                        .. cleaned.Flat.Select(c =>
                            $"Column '{c}' is flat in train: it is not scaled and as a target it is forecast as that constant."),
                        .. cleaned.WithOutliers.Select(c => Stray(cleaned.Scaler[c])),
                    ],
                },
            },
            Train = trainSeries,
            Test = testSeries,
            TrainUnclipped = trainUnclipped,
            TestUnclipped = testUnclipped,
            TestTruth = testRows is null
                ? cleaned.TestTruth
                : Array.ConvertAll(cleaned.TestTruth, column => Array.ConvertAll(testRows, t => column[t])),
        };
    }

    private static string Stray(ColumnScale column) => string.Create(
        CultureInfo.InvariantCulture,
        $"Column '{column.Name}' goes from {column.Min:G6} to {column.Max:G6} in train, beyond {Outliers.Factor} interquartile ranges. "
        + $"Where such values are errors, take them out, or clip what models see: 'clipping': 'iqr'.");

    /// <summary>Each lag is a column as long as the one it comes from.</summary>
    private static void RefuseTooMany(PreprocessConfig config, ColumnPlan columns, PartsOfFrames parts, RawTable train)
    {
        long rows = parts.Train.Rows + parts.Test.Rows;
        if (rows * columns.All.Count > train.MaxCells)
            throw new InvalidInputException(
                $"{train.Name}: {rows} rows of {columns.All.Count} columns ({columns.Measured.Count} measured, each with "
                + $"{config.Lags.Count} lags) are {rows * columns.All.Count} values; at most {train.MaxCells} are prepared (Limits:Cells, "
                + "Limits:MemoryMb). Use fewer columns, lags or rows.");
    }

    /// <summary>What is left of the frames, which are as large as the parts, and gone when these are made.</summary>
    private sealed record PartsOfFrames(
        DatasetPart Train, DatasetPart Test, SeriesReport TrainReport, SeriesReport? TestReport, SeriesStep Step);

    private static PartsOfFrames Parts(
        PreprocessConfig config,
        ColumnPlan columns,
        (RawTable Train, RawTable? Test) tables,
        (SeriesStep? Step, TestSpan? Span) known,
        Parallelism parallelism)
    {
        var ((train, test), (step, span)) = (tables, known);
        var trainFrame = SeriesFrame.From(train, config.MaxGapSteps, step);
        var testFrame = test is null ? null : SeriesFrame.From(test, config.MaxGapSteps, trainFrame.Step);
        parallelism.Cancellation.ThrowIfCancellationRequested();
        var (trainPart, testPart) = Parts(
            config, columns, (train.Name, trainFrame), test is null ? null : (test.Name, testFrame!), span, parallelism);
        return new PartsOfFrames(trainPart, testPart, trainFrame.Report, testFrame?.Report, trainFrame.Step);
    }

    private static (DatasetPart Train, DatasetPart Test) Parts(
        PreprocessConfig config,
        ColumnPlan columns,
        (string File, SeriesFrame Frame) train,
        (string File, SeriesFrame Frame)? test,
        TestSpan? span,
        Parallelism parallelism)
    {
        var random = new Random(unchecked((int)(config.SampleSeed ^ (config.SampleSeed >> 32))));
        var rows = train.Frame.Rows;
        var testSource = test ?? train;
        var (trainEnd, testStart, testEnd) = (rows, 0, testSource.Frame.Rows);
        if (span is not null)
        {
            (trainEnd, testEnd) = span.Of(train.Frame, train.File);
            testStart = trainEnd;
        }
        else if (test is null && config.TestSpan is { } newest)
        {
            var since = train.Frame.Timestamps[^1] - newest;
            testStart = trainEnd = Array.FindIndex(train.Frame.Timestamps, t => t > since);
            if (trainEnd == 0)
                throw new InvalidInputException(
                    $"{train.File}: its {rows} rows begin at {Local(train.Frame, 0):yyyy-MM-dd HH:mm:ss}, within the newest "
                    + $"{SpanText.Of(newest)} that are test (test_span): no row is left to train on.");
        }
        else if (test is null)
        {
            // As scikit-learn: the test part is rounded up. The small term keeps 35 * 0.2 at 7.
            testStart = trainEnd = rows - (int)Math.Ceiling((rows * config.TestFraction) - 1e-9);
            if (trainEnd == 0)
                throw new InvalidInputException(
                    $"{train.File}: {rows} rows are too few to leave a train part beside test_fraction {config.TestFraction}.");
        }
        else if (test.Value.Frame.Timestamps[0] <= train.Frame.Timestamps[^1])
        {
            throw new InvalidInputException(
                $"{test.Value.File}: test begins at {Local(test.Value.Frame, 0):yyyy-MM-dd HH:mm:ss}, but train ({train.File}) ends "
                + $"only at {Local(train.Frame, rows - 1):yyyy-MM-dd HH:mm:ss}; test must come after train in time.");
        }

        var trainRows = DatasetPart.Sample(0, trainEnd, config.SampleTrainRows, config.SampleStrategy, random);
        var testRows = DatasetPart.Sample(testStart, testEnd, config.SampleTestRows, config.SampleStrategy, random);
        return DatasetPart.Move(
            (train.File, train.Frame, trainRows), (testSource.File, testSource.Frame, testRows), columns.Measured, parallelism);
    }

    private static DateTime Local(SeriesFrame frame, int row) => frame.Step.Local(frame.Timestamps[row]);
}
