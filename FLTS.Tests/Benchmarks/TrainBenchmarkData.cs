using System.Text.Json.Nodes;
using FLTS.Forecasting.Features;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Benchmarks;

/// <summary>
/// What <c>bench train</c> trains on: 15,917 windows of ten rows of 11 measured and 6 calendar columns, of which the
/// last fifth validates, or a CSV.
/// </summary>
internal static class TrainBenchmarkData
{
    /// <summary>Rows a window.</summary>
    public const int InputLength = 10;

    private const int Measured = 11;
    private const int Windows = 15_917;

    /// <param name="dataset">A CSV, or null: generated columns.</param>
    public static TrainingSet Of(string? dataset) => dataset is null ? Generated() : Read(dataset);

    private static TrainingSet Read(string dataset)
    {
        var config = PreprocessConfigParser.Parse("bench", new string('0', 64), null, new JsonObject { ["test_fraction"] = 0.001 });
        using var stream = File.OpenRead(dataset);
        return DatasetPreparer.Prepare(config, CsvTableReader.Read(stream, dataset, DatasetPreparer.ReadOptions(config))).TrainingSet;
    }

    private static TrainingSet Generated()
    {
        const int rows = Windows + InputLength;
        var random = new Random(1);
        var start = new DateTime(2020, 1, 1);
        var times = Enumerable.Range(0, rows).Select(t => start.AddMinutes(2 * t)).ToArray();
        var measured = Enumerable.Range(0, Measured).ToDictionary(
            c => FormattableString.Invariant($"column_{c}"),
            c => times.Select((_, t) => 0.5 + (0.3 * Math.Sin(t / (10.0 + c))) + (0.1 * random.NextDouble())).ToArray());
        var calendar = CalendarFeatures.Names.ToDictionary(
            name => name, name => times.Select(t => CalendarFeatures.Value(name, t)).ToArray());
        var series = new PreparedSeries
        {
            Timestamps = times,
            Segments = new int[rows],
            Step = TimeSpan.FromMinutes(2),
            Columns = [.. measured.Keys, .. calendar.Keys],
            Values = [.. measured.Values, .. calendar.Values],
            Observed = [.. measured.Concat(calendar).Select(_ => Enumerable.Repeat(true, rows).ToArray())],
            Targets = [.. measured.Keys],
        };
        return new TrainingSet(series, rows - (Windows / 5));
    }
}
