using System.Globalization;

namespace FLTS.Forecasting.Trees;

/// <summary>Trees from the text that LightGBM writes a model as.</summary>
internal static class ModelText
{
    /// <summary>As LightGBM wrote it, so not doubted.</summary>
    public static IReadOnlyList<RegressionTree> Read(ReadOnlySpan<char> text)
    {
        var trees = new List<RegressionTree>();
        var lists = new Dictionary<string, string>();
        foreach (var line in text.EnumerateLines())
        {
            if (line.StartsWith("Tree=") || line.StartsWith("end of trees"))
            {
                if (lists.Count > 0)
                    trees.Add(Tree(lists));
                lists.Clear();
            }

            if (line.StartsWith("end of trees"))
                break;
            if (line.IndexOf('=') is var mark and > 0)
                lists[line[..mark].ToString()] = line[(mark + 1)..].ToString();
            if (lists.Count > 0 && !lists.ContainsKey("Tree"))
                lists.Clear(); // What stands before the first tree.
        }

        return trees;
    }

    /// <summary>A tree without a split has one leaf and no lists of nodes, or empty ones.</summary>
    private static RegressionTree Tree(Dictionary<string, string> lists) => lists["num_leaves"] == "1"
        ? new RegressionTree([], [], [], [], Numbers<double>(lists["leaf_value"]))
        : new RegressionTree(
            Numbers<int>(lists["split_feature"]),
            Array.ConvertAll(Numbers<double>(lists["threshold"]), NotAbove),
            Numbers<int>(lists["left_child"]),
            Numbers<int>(lists["right_child"]),
            Numbers<double>(lists["leaf_value"]));

    private static T[] Numbers<T>(string list)
        where T : IParsable<T> =>
        Array.ConvertAll(list.Split(' ', StringSplitOptions.RemoveEmptyEntries), n => T.Parse(n, CultureInfo.InvariantCulture));

    /// <summary>
    /// The largest float32 that is no greater: features are float32, so that those that are compared fall to the same sides.
    /// </summary>
    private static float NotAbove(double threshold)
    {
        var nearest = (float)threshold;
        return Math.Clamp(nearest > threshold ? MathF.BitDecrement(nearest) : nearest, float.MinValue, float.MaxValue);
    }
}
