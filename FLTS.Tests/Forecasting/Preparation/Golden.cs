using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Preparation;

/// <summary>Reference numbers of scikit-learn and pandas (Golden/preprocessing/README.md).</summary>
internal static class Golden
{
    public static JsonNode Preprocessing { get; } =
        JsonNode.Parse(
            File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", "preprocessing", "reference.json")))!;

    public static double[] Vector(JsonNode? node) => [.. node!.AsArray().Select(v => v?.GetValue<double>() ?? double.NaN)];

    /// <summary>Columns of a list of rows.</summary>
    public static double[][] Columns(JsonNode? node)
    {
        var rows = node!.AsArray().Select(Vector).ToArray();
        return [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Select(r => r[c]).ToArray())];
    }

    /// <summary>Equal to 1e-9 relative, or to 1e-12 next to 0 (the reference loses digits there by subtraction).</summary>
    public static void AssertClose(IReadOnlyList<double> actual, IReadOnlyList<double> expected, string what)
    {
        Assert.That(actual, Has.Count.EqualTo(expected.Count), what);
        for (var i = 0; i < expected.Count; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i]).Within(Math.Max(1e-12, 1e-9 * Math.Abs(expected[i]))), $"{what}, element {i}");
    }
}
