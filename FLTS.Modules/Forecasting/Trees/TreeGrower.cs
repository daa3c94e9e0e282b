using System.Globalization;
using System.Text;
using static FLTS.Forecasting.Trees.LightGbmLibrary;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// Grows trees with LightGBM (Ke et al. 2017): least squares on one thread, in the same order everywhere, so that the same seed gives the
/// same trees.
/// </summary>
internal sealed unsafe class TreeGrower(TreeHyperparameters parameters)
{
    /// <summary>As LightGBM reads them. Features are finite: rows of a prepared series have no holes.</summary>
    public string Parameters { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"objective=regression metric=none verbosity=-1 num_threads=1 deterministic=true force_col_wise=true use_missing=false "
        + $"feature_pre_filter=false seed={parameters.Seed} learning_rate={parameters.LearningRate} num_leaves={parameters.NumLeaves} "
        + $"min_data_in_leaf={parameters.MinDataInLeaf} max_bin={parameters.MaxBin} feature_fraction={parameters.FeatureFraction} "
        + $"bagging_fraction={parameters.BaggingFraction} bagging_freq={(parameters.BaggingFraction < 1 ? 1 : 0)} "
        + $"lambda_l2={parameters.LambdaL2}");

    /// <summary>Grows so many trees, or as many as there is something to split for.</summary>
    /// <param name="rows">That the examples are of.</param>
    /// <param name="examples">At least one.</param>
    /// <param name="trees">Most trees.</param>
    /// <param name="cancellation">Looked at between trees.</param>
    public TreeEnsemble Grow(BinnedRows rows, Examples examples, int trees, CancellationToken cancellation)
    {
        using var dataset = rows.Take(examples);
        Check(BoosterCreate(dataset, Parameters, out var booster));
        using (booster)
        {
            var finished = 0;
            for (var grown = 0; grown < trees && finished == 0; grown++)
            {
                cancellation.ThrowIfCancellationRequested();
                Check(BoosterUpdateOneIter(booster, out finished));
            }

            return TreesOf(booster, trees);
        }
    }

    /// <summary>Grows until the error on examples held back has not fallen for a while and keeps the trees up to its minimum.</summary>
    /// <param name="rows">That the examples are of.</param>
    /// <param name="fit">At least one.</param>
    /// <param name="check">Held back, at least one.</param>
    /// <param name="trees">Those that are kept whatever the error, and those grown without a better one before it stops.</param>
    /// <param name="cancellation">Looked at between trees.</param>
    /// <returns>Null: they are no better than what there is without them.</returns>
    public TreeEnsemble? Select(
        BinnedRows rows, Examples fit, Examples check, (int Fewest, int Patience) trees, CancellationToken cancellation)
    {
        using var dataset = rows.Take(fit);
        using var heldBack = rows.Take(check);
        Check(BoosterCreate(dataset, Parameters, out var booster));
        using (booster)
        {
            Check(BoosterAddValidData(booster, heldBack));
            var scores = new double[check.Labels.Length];
            var (best, least) = (trees.Fewest, trees.Fewest == 0 ? Squares(scores, check.Labels) : double.PositiveInfinity);
            var finished = 0;
            for (var grown = 1; grown <= parameters.NumIterations && finished == 0; grown++)
            {
                cancellation.ThrowIfCancellationRequested();
                Check(BoosterUpdateOneIter(booster, out finished));
                Fill(scores, booster, 1);
                if (Squares(scores, check.Labels) is var squares && squares < least)
                    (best, least) = (grown, squares);
                else if (grown - best >= trees.Patience)
                    break;
            }

            return least >= check.Bar ? null : best == 0 ? TreeEnsemble.None : TreesOf(booster, best);
        }
    }

    /// <summary>What the trees so far say of the rows they are grown on (0) or are checked by (1).</summary>
    internal static void Fill(double[] scores, BoosterHandle booster, int dataset)
    {
        fixed (double* into = scores)
            Check(BoosterGetPredict(booster, dataset, out _, into));
    }

    private static double Squares(ReadOnlySpan<double> scores, ReadOnlySpan<float> labels)
    {
        var sum = 0.0;
        for (var i = 0; i < scores.Length; i++)
            sum += (scores[i] - labels[i]) * (scores[i] - labels[i]);
        return sum;
    }

    /// <summary>The first trees, from LightGBM's text of a model.</summary>
    internal static TreeEnsemble TreesOf(BoosterHandle booster, int trees)
    {
        Check(BoosterSaveModelToString(booster, 0, trees, 0, 0, out var length, null));
        var text = new byte[length];
        fixed (byte* into = text)
            Check(BoosterSaveModelToString(booster, 0, trees, 0, length, out _, into));
        return new TreeEnsemble(ModelText.Read(Encoding.UTF8.GetString(text.AsSpan(0, text.Length - 1))));
    }
}
