namespace FLTS.Forecasting.Trees;

/// <summary>
/// One regression tree as arrays; N inner nodes, N + 1 leaves. A child of at least 0 is an inner node that comes later in the arrays, a
/// negative one is leaf <c>~child</c>.
/// </summary>
/// <param name="Feature">[N] Feature that is compared.</param>
/// <param name="Threshold">[N] A value of at most this goes left; a larger one and NaN go right.</param>
/// <param name="Left">[N]</param>
/// <param name="Right">[N]</param>
/// <param name="Leaf">[N + 1] What the tree adds.</param>
internal sealed record RegressionTree(int[] Feature, float[] Threshold, int[] Left, int[] Right, double[] Leaf)
{
    /// <summary>The leaf's value that a row of features falls into.</summary>
    public double Value(ReadOnlySpan<float> features)
    {
        var node = Feature.Length == 0 ? ~0 : 0;
        while (node >= 0)
            node = features[Feature[node]] <= Threshold[node] ? Left[node] : Right[node];
        return Leaf[~node];
    }

    /// <summary>
    /// Checks what evaluating relies on: every node and leaf is reached once, nothing is out of range, nothing is
    /// endless, every number is finite.
    /// </summary>
    /// <param name="features">Features there are.</param>
    /// <param name="where">For the message.</param>
    /// <exception cref="CorruptArtifactException">It is no such tree.</exception>
    public void Check(int features, string where)
    {
        if (Feature is null || Threshold is null || Left is null || Right is null || Leaf is null)
            throw new CorruptArtifactException($"{where}: 'feature', 'threshold', 'left', 'right' and 'leaf' must be lists.");
        var nodes = Feature.Length;
        if (nodes > LargestTree || Threshold.Length != nodes || Left.Length != nodes || Right.Length != nodes || Leaf.Length != nodes + 1)
            throw new CorruptArtifactException(
                $"{where}: {nodes} splits (at most {LargestTree}) need as many thresholds, left and right children and one leaf more; "
                + $"there are {Threshold.Length}, {Left.Length}, {Right.Length} and {Leaf.Length}.");
        if (Array.FindIndex(Feature, f => f < 0 || f >= features) is var stranger and >= 0)
            throw new CorruptArtifactException($"{where}: split {stranger} asks for feature {Feature[stranger]}; there are {features}.");
        if (!Array.TrueForAll(Threshold, float.IsFinite) || !Array.TrueForAll(Leaf, double.IsFinite))
            throw new CorruptArtifactException($"{where}: a threshold or leaf is not finite.");

        // Children that come later and are named once make a tree: no cycle, no shared branch, nothing left over.
        var (innerSeen, leafSeen) = (new bool[nodes], new bool[nodes + 1]);
        for (var node = 0; node < nodes; node++)
        {
            foreach (var child in (ReadOnlySpan<int>)[Left[node], Right[node]])
            {
                var seen = child >= 0 ? innerSeen : leafSeen;
                var place = child >= 0 ? child : ~child;
                if (place >= seen.Length || (child >= 0 && child <= node) || seen[place])
                    throw new CorruptArtifactException(
                        $"{where}: split {node} leads to {child}, which is out of range, not behind it, or reached twice.");
                seen[place] = true;
            }
        }
    }

    /// <summary>Most splits of a tree: LightGBM's num_leaves goes to 1024 here.</summary>
    private const int LargestTree = 1023;
}
