using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// Grows trees with LightGBM (Ke et al. 2017) through Microsoft.ML: least squares, one thread, in the same order everywhere, so that the
/// same seed gives the same trees. The native library is needed here and nowhere else.
/// </summary>
internal sealed class TreeGrower(TreeHyperparameters parameters, int width)
{
    private const string NativeLibraryName = "lib_lightgbm";

    /// <param name="fit">At least one example.</param>
    /// <param name="check">Growing stops when its error has not fallen for a while; null: all trees asked for are grown.</param>
    /// <param name="trees">Most trees.</param>
    /// <param name="cancellation">Looked at between trees.</param>
    /// <exception cref="InvalidInputException">The native library cannot be loaded; says what is missing.</exception>
    public TreeEnsemble Grow(TreeExamples fit, TreeExamples? check, int trees, CancellationToken cancellation) =>
        Convert(Train(fit, check, trees, cancellation).Model.TrainedTreeEnsemble);

    /// <summary>As Microsoft.ML returns it.</summary>
    internal RegressionPredictionTransformer<LightGbmRegressionModelParameters> Train(
        TreeExamples fit, TreeExamples? check, int trees, CancellationToken cancellation)
    {
        RequireNativeLibrary();
        var ml = new MLContext(parameters.Seed);
        var options = new LightGbmRegressionTrainer.Options
        {
            LabelColumnName = nameof(Example.Label),
            FeatureColumnName = nameof(Example.Features),
            NumberOfIterations = trees,
            LearningRate = parameters.LearningRate,
            NumberOfLeaves = parameters.NumLeaves,
            MinimumExampleCountPerLeaf = parameters.MinDataInLeaf,
            MaximumBinCountPerFeature = parameters.MaxBin,
            EarlyStoppingRound = check is null ? 0 : parameters.EarlyStoppingRounds,
            Seed = parameters.Seed,
            Deterministic = true,
            ForceRowWise = true, // Else LightGBM measures which way is faster here and now.
            NumberOfThreads = 1,
            UseCategoricalSplit = false,
            HandleMissingValue = false, // Features are finite: rows of a prepared series have no holes.
            Booster = new GradientBooster.Options
            {
                FeatureFraction = parameters.FeatureFraction,
                SubsampleFraction = parameters.BaggingFraction,
                SubsampleFrequency = parameters.BaggingFraction < 1 ? 1 : 0,
                L2Regularization = parameters.LambdaL2,
            },
        };
        var trainer = ml.Regression.Trainers.LightGbm(options);
        using var cancelled = cancellation.Register(() => CancelExecution(ml));
        try
        {
            return check is null ? trainer.Fit(View(ml, fit)) : trainer.Fit(View(ml, fit), View(ml, check));
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException(e.Message, e, cancellation);
        }
    }

    /// <summary>Examples as Microsoft.ML reads them.</summary>
    internal IDataView View(MLContext ml, TreeExamples examples)
    {
        var schema = SchemaDefinition.Create(typeof(Example));
        schema[nameof(Example.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        return ml.Data.LoadFromEnumerable(
            examples.Features.Zip(examples.Labels, (features, label) => new Example { Features = features, Label = label }), schema);
    }

    /// <summary>From Microsoft.ML's trees to ours.</summary>
    internal static TreeEnsemble Convert(RegressionTreeEnsemble grown) => new(
        [.. grown.Trees.Select((tree, k) => Convert(tree, grown.TreeWeights[k], k == 0 ? grown.Bias : 0))]);

    private static RegressionTree Convert(Microsoft.ML.Trainers.FastTree.RegressionTree tree, double weight, double bias)
    {
        // A tree without a split holds a constant; Microsoft.ML gives it placeholders for nodes.
        var nodes = tree.NumberOfLeaves - 1;
        return new RegressionTree(
            [.. tree.NumericalSplitFeatureIndexes.Take(nodes)],
            [.. tree.NumericalSplitThresholds.Take(nodes)],
            [.. tree.LeftChild.Take(nodes)],
            [.. tree.RightChild.Take(nodes)],
            [.. tree.LeafValues.Take(nodes + 1).Select(v => (weight * v) + bias)]);
    }

    private static void RequireNativeLibrary()
    {
        try
        {
            // Kept loaded: Microsoft.ML asks for it at once.
            _ = NativeLibrary.Load(NativeLibraryName, typeof(LightGbmRegressionTrainer).Assembly, null);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            // The loader names every place it looked at; what helps is whether the library itself or only OpenMP is missing.
            var reason = e.Message.Contains("libgomp", StringComparison.Ordinal)
                ? "the OpenMP runtime libgomp.so.1 is missing (Debian and Ubuntu: apt-get install libgomp1)"
                : "it exists for Linux x64 (with glibc and libgomp1), Windows x64 and macOS x64";
            throw new InvalidInputException(
                $"{TreeHyperparameters.ModelType} cannot train here, its native library {NativeLibraryName} does not load: {reason}. "
                + "Models that are trained already are served without it.",
                e);
        }
    }

    /// <summary>Microsoft.ML stops between two trees; only its experimental package makes that public.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "CancelExecution")]
    private static extern void CancelExecution(MLContext context);

    private sealed class Example
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
