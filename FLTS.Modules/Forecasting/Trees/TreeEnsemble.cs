namespace FLTS.Forecasting.Trees;

/// <summary>Trees that are summed.</summary>
internal sealed class TreeEnsemble(IReadOnlyList<RegressionTree> trees)
{
    /// <summary>Adds nothing.</summary>
    public static TreeEnsemble None { get; } = new([]);

    public IReadOnlyList<RegressionTree> Trees => trees;

    /// <summary>Sum over all trees; 0 without any.</summary>
    public double Value(ReadOnlySpan<float> features)
    {
        var sum = 0.0;
        foreach (var tree in trees)
            sum += tree.Value(features);
        return sum;
    }
}
