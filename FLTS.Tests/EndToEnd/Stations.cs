using System.Globalization;
using FLTS.Forecasting.Demo;

namespace FLTS.Tests.EndToEnd;

/// <summary>Datasets and settings small enough to train in seconds.</summary>
internal static class Stations
{
    /// <summary>Small nets: the loop is tested here, not the accuracy.</summary>
    public static Dictionary<string, string> SmallModels { get; } = new()
    {
        ["Pipeline:DemoOnEmpty"] = "false",
        ["Models:GRU:hidden_size"] = "8",
        ["Models:GRU:epochs"] = "2",
        ["Models:LSTM:hidden_size"] = "8",
        ["Models:LSTM:epochs"] = "2",
    };

    /// <summary>Writes <c>name.csv</c> of the demo station into a folder.</summary>
    public static void Write(string folder, string name, int rows)
    {
        Directory.CreateDirectory(folder);
        using var stream = File.Create(Path.Combine(folder, $"{name}.csv"));
        DemoStation.Write(stream, rows, seed: 7);
    }

    /// <summary>Train and test of two columns, one of them flat in train and moving in test.</summary>
    public static void WriteWithFlatColumn(string folder, string name, int rows)
    {
        Directory.CreateDirectory(folder);
        WriteRows(Path.Combine(folder, $"{name}.csv"), 0, rows, i => 5.5);
        WriteRows(Path.Combine(folder, $"{name}_test.csv"), rows, rows, i => 5.5 + (i % 3));
    }

    private static void WriteRows(string path, int from, int rows, Func<int, double> flat)
    {
        var start = new DateTime(2026, 1, 5);
        File.WriteAllLines(path, Enumerable.Range(from, rows)
            .Select(i => string.Create(
                CultureInfo.InvariantCulture, $"{start.AddMinutes(2 * i):yyyy-MM-dd HH:mm:ss},{100 + (10 * Math.Sin(i / 5.0))},{flat(i)}"))
            .Prepend("time,load,constant"));
    }
}
