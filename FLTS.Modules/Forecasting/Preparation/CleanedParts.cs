using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Preparation;

/// <summary>Measured columns of both parts: filled, clipped, scaled, with masks, and the truth as it was.</summary>
internal sealed class CleanedParts
{
    public required Scaler Scaler { get; init; }

    /// <summary>[C][train rows] scaled.</summary>
    public required double[][] Train { get; init; }

    /// <summary>[C][train rows] Neighbours with equal masks share one array.</summary>
    public required bool[][] TrainObserved { get; init; }

    /// <summary>[C][test rows] scaled.</summary>
    public required double[][] Test { get; init; }

    /// <summary>[C][train rows] scaled, not clipped; null where nothing is clipped.</summary>
    public double[][]? TrainUnclipped { get; init; }

    /// <summary>[C][test rows] scaled, not clipped; null where nothing is clipped.</summary>
    public double[][]? TestUnclipped { get; init; }

    public required bool[][] TestObserved { get; init; }

    /// <summary>[M][test rows] original units, NaN for holes.</summary>
    public required double[][] TestTruth { get; init; }

    public required IReadOnlyList<string> Flat { get; init; }

    /// <summary>Columns with outliers in train that models see.</summary>
    public required IReadOnlyList<string> WithOutliers { get; init; }

    public required IReadOnlyDictionary<string, int> FilledTrain { get; init; }

    public required IReadOnlyDictionary<string, int> FilledTest { get; init; }

    public static CleanedParts Of(
        PreprocessConfig config, ColumnPlan plan, DatasetPart train, DatasetPart test, Parallelism parallelism)
    {
        var count = plan.Measured.Count;
        for (var c = 0; c < count; c++)
        {
            if (double.IsNaN(MissingValues.FirstSeen(train.Values[c])))
                throw new InvalidInputException(
                    $"{train.File}: column '{plan.Measured[c]}' has no value at all in the train part; leave it out (targets, inputs) or "
                    + "fill it.");
        }

        var trainAll = AllTrue(train.Rows);
        var testAll = AllTrue(test.Rows);
        var trainObserved = new bool[count][];
        var testObserved = new bool[count][];
        var truth = new double[plan.Targets.Count][];
        var (scales, strays) = (new ColumnScale[count], new bool[count]);
        var clips = config.Clipping.Method != ClippingMethod.Off;
        var (trainUnclipped, testUnclipped) = (new double[count][], new double[count][]);

        // Statistics first, all from observed cells: knn fills every column before any is scaled.
        parallelism.For(count, c =>
        {
            trainObserved[c] = MissingValues.ObservedMask(train.Values[c]) ?? trainAll;
            scales[c] = Bounded(config, Scaler.FitColumn(
                config.Scaler, plan.Measured[c], train.Values[c], trainObserved[c], train.Segments, config.Clipping));
            strays[c] = !clips
                && Outliers.Bounds(train.Values[c], trainObserved[c]) is var (low, high)
                && (scales[c].Min < low || scales[c].Max > high);
        });
        if (config.Missing.Strategy == MissingStrategy.Knn)
            KnnImputer.Fill(train.Values, config.Missing.Neighbors, parallelism);

        parallelism.For(count, c =>
        {
            FillTrain(config.Missing.Strategy, train, c);
            if (clips)
                trainUnclipped[c] = Unclipped(scales[c], train.Values[c]);
            Scaler.Transform(scales[c], train.Values[c]);

            testObserved[c] = MissingValues.ObservedMask(test.Values[c]) ?? testAll;
            if (c < truth.Length) // targets come first among the measured columns
                truth[c] = [.. test.Values[c]];
            MissingValues.FillForward(test.Values[c], scales[c].LastSeen);
            if (clips)
                testUnclipped[c] = Unclipped(scales[c], test.Values[c]);
            Scaler.Transform(scales[c], test.Values[c]);
        });

        MissingValues.ShareEqual(trainObserved);
        MissingValues.ShareEqual(testObserved);
        return new CleanedParts
        {
            Scaler = new Scaler(config.Scaler, scales),
            Train = train.Values,
            TrainObserved = trainObserved,
            Test = test.Values,
            TestObserved = testObserved,
            TrainUnclipped = clips ? trainUnclipped : null,
            TestUnclipped = clips ? testUnclipped : null,
            TestTruth = truth,
            Flat = [.. scales.Where(s => s.Flat).Select(s => s.Name)],
            WithOutliers = [.. scales.Where((_, c) => strays[c]).Select(s => s.Name)],
            FilledTrain = Filled(plan.Measured, trainObserved),
            FilledTest = Filled(plan.Measured, testObserved),
        };
    }

    /// <summary>With what is stated of its forecasts.</summary>
    private static ColumnScale Bounded(PreprocessConfig config, ColumnScale column)
    {
        var stated = config.Bounds.GetValueOrDefault(column.Name);
        return column with
        {
            Least = stated?.Min ?? (config.NonNegative == NonNegativeRule.On ? 0 : null),
            Most = stated?.Max,
            MayFallBelowZero = config.NonNegative == NonNegativeRule.Off,
        };
    }

    private static void FillTrain(MissingStrategy strategy, DatasetPart train, int c)
    {
        switch (strategy)
        {
            case MissingStrategy.ForwardFill:
                MissingValues.FillForward(train.Values[c], MissingValues.FirstSeen(train.Values[c]));
                break;
            case MissingStrategy.Knn:
                break; // filled across columns already
            default:
                MissingValues.Interpolate(train.Times, train.Values[c]);
                break;
        }
    }

    private static double[] Unclipped(ColumnScale scale, double[] values)
    {
        double[] scaled = [.. values];
        Scaler.Transform(scale with { ClipLow = null, ClipHigh = null }, scaled);
        return scaled;
    }

    private static bool[] AllTrue(int rows)
    {
        var mask = new bool[rows];
        Array.Fill(mask, true);
        return mask;
    }

    private static Dictionary<string, int> Filled(IReadOnlyList<string> columns, bool[][] observed) =>
        columns.Select((name, c) => (name, count: observed[c].AsSpan().Count(false)))
            .Where(p => p.count > 0)
            .ToDictionary(p => p.name, p => p.count);
}
