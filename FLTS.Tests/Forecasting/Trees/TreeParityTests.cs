using FLTS.Forecasting.Trees;
using Microsoft.ML;
using Microsoft.ML.Data;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Trees;

[TestFixture]
internal sealed class TreeParityTests
{
    private const int Width = 25;

    [TestCase("""{"num_leaves": 31}""", 100f)]
    [TestCase("""{"num_leaves": 2, "bagging_fraction": 1, "lambda_l2": 0}""", 0.01f)]
    [TestCase("""{"num_leaves": 200, "feature_fraction": 1, "min_data_in_leaf": 1, "max_bin": 1023}""", 1e8f)]
    public void The_stored_trees_answer_as_Microsoft_ML_does_also_for_features_it_never_saw_and_missing_ones(string changes, float size)
    {
        var parameters = TreeHyperparameters.Parse(Small.Parameters(changes));
        var grower = new TreeGrower(parameters, Width);
        var model = grower.Train(Examples(2000, size, seed: 1), null, 80, default);
        var trees = TreesJson.Read(
            TreesJson.Write(TreeTarget.Level, Names, ["y"], [new TargetTrees(TreeGrower.Convert(model.Model.TrainedTreeEnsemble), null)]),
            TreeTarget.Level,
            Names,
            ["y"])[0].First!;

        var asked = Examples(5000, size, seed: 2);
        var random = new Random(3);
        foreach (var row in asked.Features.Where((_, i) => i % 3 == 0))
        {
            for (var f = 0; f < Width; f++)
            {
                if (random.NextDouble() < 0.3)
                    row[f] = random.Next(4) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.MinValue, _ => 10 };
            }
        }

        var ml = new MLContext(0);
        var theirs = model.Transform(grower.View(ml, asked)).GetColumn<float>("Score").ToArray();
        Assert.That(theirs, Has.Length.EqualTo(5000));
        Assert.That(theirs.Distinct().Count(), Is.GreaterThan(50), "the trees tell rows apart");
        for (var i = 0; i < theirs.Length; i++)
            Assert.That(trees.Value(asked.Features[i]), Is.EqualTo(theirs[i]).Within(1e-6 * Math.Abs(theirs[i])), $"row {i}");
    }

    [Test]
    public void A_target_without_change_becomes_one_tree_without_a_split()
    {
        var grower = new TreeGrower(TreeHyperparameters.Parse(Small.Parameters()), Width);
        var examples = Examples(100, 1, seed: 1) with { Labels = [.. Enumerable.Repeat(3f, 100)] };
        var trees = grower.Grow(examples, null, 10, default);
        Assert.That(trees.Value(new float[Width]), Is.EqualTo(3).Within(1e-6));
    }

    private static string[] Names { get; } = [.. Enumerable.Range(0, Width).Select(i => $"f{i}")];

    private static TreeExamples Examples(int rows, float size, int seed)
    {
        var random = new Random(seed);
        var features = Enumerable.Range(0, rows)
            .Select(_ => Enumerable.Range(0, Width).Select(_ => (float)((2 * random.NextDouble()) - 1)).ToArray())
            .ToArray();
        return new TreeExamples(
            features, [.. features.Select(f => size * (float)(f[0] + (f[1] > 0.3 ? f[2] : -f[3]) + (0.1 * random.NextDouble())))]);
    }
}
