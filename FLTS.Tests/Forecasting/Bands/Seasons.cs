using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;

namespace FLTS.Tests.Forecasting.Bands;

/// <summary>Series of any frequency with a season and noise.</summary>
internal static class Seasons
{
    /// <summary>Two targets; a fifth of the rows is test.</summary>
    /// <param name="rows">In all.</param>
    /// <param name="season">Steps of the wave.</param>
    /// <param name="time">Of a row.</param>
    /// <param name="options">Of the preparation.</param>
    public static PreparedDataset Prepare(int rows, int season, Func<int, DateTime> time, string options = "{}")
    {
        var random = new Random(5);
        var (level, other) = (0.0, 0.0);
        var values = new[] { new double[rows], new double[rows] };
        for (var i = 0; i < rows; i++)
        {
            level = (0.9 * level) + random.NextDouble() - 0.5;
            other = (0.8 * other) + random.NextDouble() - 0.5;
            values[0][i] = 50 + (20 * Math.Sin(2 * Math.PI * i / season)) + level;
            values[1][i] = 90 + (30 * Math.Cos(2 * Math.PI * i / season)) + other;
        }

        return DatasetPreparer.Prepare(
            PreprocessConfigParser.Parse("station", new string('a', 64), null, JsonNode.Parse(options)!.AsObject()),
            new RawTable
            {
                Name = "station.csv",
                TimestampColumn = "time",
                Timestamps = [.. Enumerable.Range(0, rows).Select(time)],
                Columns = ["up", "down"],
                Header = ["up", "down"],
                Values = values,
            });
    }

    /// <summary>Rows two minutes apart.</summary>
    public static PreparedDataset TwoMinutes(int rows, string options = "{}") =>
        Prepare(rows, 720, i => new DateTime(2026, 3, 2).AddMinutes(2 * i), options);

    /// <summary>Rows an hour apart.</summary>
    public static PreparedDataset Hourly(int rows, string options = "{}") =>
        Prepare(rows, 24, i => new DateTime(2026, 3, 2).AddHours(i), options);
}
