using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;

namespace FLTS.Tests.Forecasting.Preparation;

/// <summary>Small tables and configurations for tests of the preparation.</summary>
internal static class Tables
{
    public static readonly DateTime Start = new(2024, 1, 1);

    /// <summary>Rows one minute apart; columns by name.</summary>
    public static RawTable Make(string name, int firstMinute, params (string Name, double[] Values)[] columns) => new()
    {
        Name = name,
        TimestampColumn = "time",
        Timestamps = [.. columns[0].Values.Select((_, i) => Start.AddMinutes(firstMinute + i))],
        Columns = [.. columns.Select(c => c.Name)],
        Header = [.. columns.Select(c => c.Name)],
        Values = [.. columns.Select(c => (double[])[.. c.Values])],
    };

    /// <summary>Rows with the minutes given, for gaps.</summary>
    public static RawTable At(string name, int[] minutes, params (string Name, double[] Values)[] columns) => new()
    {
        Name = name,
        TimestampColumn = "time",
        Timestamps = [.. minutes.Select(m => Start.AddMinutes(m))],
        Columns = [.. columns.Select(c => c.Name)],
        Header = [.. columns.Select(c => c.Name)],
        Values = [.. columns.Select(c => (double[])[.. c.Values])],
    };

    public static PreprocessConfig Config(string options = "{}", bool testFile = false) =>
        PreprocessConfigParser.Parse("x", new string('a', 64), testFile ? new string('b', 64) : null, JsonNode.Parse(options)!.AsObject());

    /// <summary>A random walk with holes.</summary>
    public static double[] Walk(int rows, int seed, double holes = 0)
    {
        var random = new Random(seed);
        var value = 100.0;
        return [.. Enumerable.Range(0, rows)
            .Select(_ => (value += random.NextDouble() - 0.5, hole: random.NextDouble() < holes))
            .Select(p => p.hole ? double.NaN : p.Item1)];
    }
}
