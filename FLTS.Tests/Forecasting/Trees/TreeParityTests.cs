using System.Text.Json.Nodes;
using FLTS.Forecasting.Trees;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Trees;

[TestFixture, Parallelizable]
internal sealed class TreeParityTests
{
    private const int Width = 25;

    [TestCase("""{"num_leaves": 31}""", 100f)]
    [TestCase("""{"num_leaves": 2, "bagging_fraction": 1, "lambda_l2": 0}""", 0.01f)]
    [TestCase("""{"num_leaves": 200, "feature_fraction": 1, "min_data_in_leaf": 1, "max_bin": 1023}""", 1e8f)]
    public void The_stored_trees_answer_as_LightGBM_does_also_for_features_it_never_saw(string changes, float size)
    {
        const int Learned = 2000, All = 6000;
        var grower = new TreeGrower(TreeHyperparameters.Parse(Small.Parameters(changes)));
        var (features, labels) = Rows(All, size);
        using var rows = BinnedRows.Of(
            grower.Parameters,
            All,
            Width,
            Enumerable.Range(0, Learned).ToArray(),
            (i, into) => features[i].CopyTo(into),
            CancellationToken.None);
        using var learned = rows.Take(Part(labels, 0, Learned));
        using var asked = rows.Take(Part(labels, Learned, All));
        LightGbmLibrary.Check(LightGbmLibrary.BoosterCreate(learned, grower.Parameters, out var booster));
        using var _ = booster;
        LightGbmLibrary.Check(LightGbmLibrary.BoosterAddValidData(booster, asked));
        for (var k = 0; k < 80; k++)
            LightGbmLibrary.Check(LightGbmLibrary.BoosterUpdateOneIter(booster, out var _));
        var (seen, unseen) = (new double[Learned], new double[All - Learned]);
        TreeGrower.Fill(seen, booster, 0);
        TreeGrower.Fill(unseen, booster, 1);
        double[] theirs = [.. seen, .. unseen];

        var trees = TreesJson.Read(
            TreesJson.Write(TreeTarget.Level, Names, ["y"], [new TargetTrees(TreeGrower.TreesOf(booster, 80), null)]),
            TreeTarget.Level,
            Names,
            ["y"])[0].First!;
        Assert.That(theirs.Distinct().Count(), Is.GreaterThan(50), "the trees tell rows apart");
        for (var i = 0; i < All; i++)
            Assert.That(trees.Value(features[i]), Is.EqualTo(theirs[i]).Within(1e-6 * Math.Abs(theirs[i])), $"row {i}");
    }

    [TestCase("residual")]
    [TestCase("level")]
    public void Trees_are_those_that_Microsoft_ML_had_LightGBM_grow(string mode)
    {
        var before = JsonNode.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "FLTS.Tests", "Golden", "trees", $"{mode}.json")))!;
        using var model = Small.Fit($$"""{"target_mode": "{{mode}}", "num_iterations": 12, "refit_on_all": false}""").Model;
        var now = JsonNode.Parse(model.Save()["model.json"])!;

        Assert.That(JsonNode.DeepEquals(now["features"], before["features"]), Is.True);
        foreach (var list in (string[])["trees", "further_trees"])
        {
            for (var m = 0; m < 2; m++)
            {
                var (mine, theirs) = (now["targets"]![m]![list]!.AsArray(), before["targets"]![m]![list]!.AsArray());
                Assert.That(mine, Has.Count.EqualTo(theirs.Count), list);
                for (var k = 0; k < mine.Count; k++)
                {
                    foreach (var exact in (string[])["feature", "left", "right"])
                        Assert.That(Numbers(mine[k]!, exact), Is.EqualTo(Numbers(theirs[k]!, exact)), $"{list}, tree {k}");
                    Assert.That(Numbers(mine[k]!, "threshold"), Is.EqualTo(Numbers(theirs[k]!, "threshold")).Within(2e-7), $"tree {k}");
                    Assert.That(Numbers(mine[k]!, "leaf"), Is.EqualTo(Numbers(theirs[k]!, "leaf")).Within(1e-12), $"tree {k}");
                }
            }
        }
    }

    [Test]
    public void A_target_without_change_becomes_one_tree_without_a_split()
    {
        var grower = new TreeGrower(TreeHyperparameters.Parse(Small.Parameters()));
        var (features, _) = Rows(100, 1);
        int[] all = [.. Enumerable.Range(0, 100)];
        using var rows = BinnedRows.Of(grower.Parameters, 100, Width, all, (i, into) => features[i].CopyTo(into), CancellationToken.None);
        var trees = grower.Grow(rows, new Examples(all, [.. Enumerable.Repeat(3f, 100)]), 10, CancellationToken.None);
        Assert.That(trees.Value(new float[Width]), Is.EqualTo(3).Within(1e-6));
    }

    private static string[] Names { get; } = [.. Enumerable.Range(0, Width).Select(i => $"f{i}")];

    private static double[] Numbers(JsonNode tree, string list) => [.. tree[list]!.AsArray().Select(n => n!.GetValue<double>())];

    private static Examples Part(float[] labels, int start, int end) => new([.. Enumerable.Range(start, end - start)], labels[start..end]);

    private static (float[][] Features, float[] Labels) Rows(int rows, float size)
    {
        var random = new Random(1);
        var features = Enumerable.Range(0, rows)
            .Select(_ => Enumerable.Range(0, Width).Select(_ => (float)((2 * random.NextDouble()) - 1)).ToArray())
            .ToArray();
        return (
            features, [.. features.Select(f => size * (float)(f[0] + (f[1] > 0.3 ? f[2] : -f[3]) + (0.1 * random.NextDouble())))]);
    }
}
