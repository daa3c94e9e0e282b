using System.Diagnostics;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Demo;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Benchmarks;

/// <summary><c>bench prophet</c>: fits and forecasts of eleven targets, and how a fit grows with the rows.</summary>
internal static class ProphetBenchmark
{
    private const int Runs = 3;
    private const int PredictedRows = 3982;

    private static readonly PreprocessConfig _config = PreprocessConfigParser.Parse("bench", new string('0', 64), null, []);

    // Min-max scaled, as the reference's numbers were made: a log posterior depends on the scale of y.
    private static readonly ProphetSettings _settings =
        new() { NChangepoints = 50, ChangepointPriorScale = 0.1, SeasonalityPriorScale = 20, Scaling = ScalingRule.MinMax };

    /// <summary>One JSON object a result.</summary>
    /// <param name="dataset">A CSV, or null: the demo data, as many rows as the measurements this is usually run on.</param>
    /// <param name="reference">What the reference implementation reached on a column of <paramref name="dataset"/> (see
    /// <see cref="ProphetReference"/>), or null.</param>
    /// <param name="progress">Told what is measured now.</param>
    public static IEnumerable<JsonObject> Run(string? dataset, string? reference, TextWriter progress)
    {
        var data = Read(dataset);
        var frame = new ProphetFrame { Ds = data.Timestamps };
        var series = data.Values;
        progress.WriteLine($"{series.Length} targets, {frame.Rows} rows");

        ProphetModel[] models = [];
        foreach (var threads in new[] { 1, Environment.ProcessorCount })
        {
            var (seconds, cpu) = Median(() =>
                models = ProphetFitter.FitMany(_settings, frame, series, new ProphetFitOptions { Threads = threads }));
            yield return new JsonObject
            {
                ["bench"] = "prophet_fit",
                ["targets"] = series.Length,
                ["rows"] = frame.Rows,
                ["threads"] = threads,
                ["seconds"] = seconds,
                ["seconds_per_target"] = seconds / series.Length,
                ["cpu_seconds"] = cpu,
                ["peak_memory_mb"] = PeakMegabytes(),
                ["converged"] = models.All(m => m.Report.Converged),
                ["log_posterior"] = new JsonObject(
                    data.Columns.Select((name, j) => KeyValuePair.Create(name, (JsonNode?)models[j].Report.LogPosterior))),
            };
        }

        if (reference is not null)
            yield return ProphetReference.Read(reference).Compare(data);

        var future = new ProphetFrame { Ds = [.. Enumerable.Range(1, PredictedRows).Select(i => data.Step.Next(frame.Ds[^1], i))] };
        yield return Result(
            "prophet_predict",
            models.Length,
            PredictedRows,
            "without intervals",
            Median(() => Parallel.ForEach(models, m => m.PredictPoint(future))).Seconds);
        yield return Result(
            "prophet_predict",
            models.Length,
            PredictedRows,
            "with intervals",
            Median(() => Parallel.ForEach(models, m => m.Predict(future))).Seconds);
        var one = new ProphetFrame { Ds = [future.Ds[0]] };
        yield return Result("prophet_predict", 1, 1, "without intervals", Median(() => models[0].PredictPoint(one)).Seconds);

        foreach (var mode in new[] { TermMode.Additive, TermMode.Multiplicative })
        {
            var small = Growth(mode, 100_000, progress);
            var large = Growth(mode, 1_000_000, progress);
            yield return new JsonObject
            {
                ["bench"] = "prophet_growth",
                ["mode"] = mode.ToString().ToLowerInvariant(),
                ["seconds_100k_rows"] = small,
                ["seconds_1m_rows"] = large,
                ["ratio"] = large / small,
                ["peak_memory_mb"] = PeakMegabytes(),
            };
        }
    }

    // All rows of the file in their own units; NaN where a value is missing.
    private static SeriesFrame Read(string? dataset)
    {
        using var stream = new MemoryStream();
        if (dataset is null)
            DemoStation.Write(stream, 15_927, seed: 1);
        else
            stream.Write(File.ReadAllBytes(dataset));

        stream.Position = 0;
        return SeriesFrame.From(
            CsvTableReader.Read(stream, dataset ?? "demo.csv", DatasetPreparer.ReadOptions(_config)), _config.MaxGapSteps);
    }

    private static double Growth(TermMode mode, int rows, TextWriter progress)
    {
        progress.WriteLine($"{mode}, {rows} rows");
        var random = new Random(1);
        var start = new DateTime(2020, 1, 1);

        // The same half year more or less finely: the model is the same, only the rows are more.
        var step = TimeSpan.FromDays(180).Ticks / rows;
        var ds = Enumerable.Range(0, rows).Select(i => start.AddTicks(i * step)).ToArray();
        var y = ds.Select((t, i) =>
            ((10 + (5.0 * i / rows)) * (1 + (0.2 * Math.Sin(2 * Math.PI * t.TimeOfDay.TotalDays)))) + random.NextDouble()).ToArray();
        var settings = new ProphetSettings { SeasonalityMode = mode };
        return Median(() => ProphetFitter.Fit(settings, new ProphetFrame { Ds = ds, Y = y })).Seconds;
    }

    private static JsonObject Result(string bench, int targets, int rows, string what, double seconds) =>
        new() { ["bench"] = bench, ["what"] = what, ["targets"] = targets, ["rows"] = rows, ["seconds"] = seconds };

    private static (double Seconds, double CpuSeconds) Median(Action action)
    {
        action(); // What is compiled once is not measured.
        var measured = new List<(double Seconds, double Cpu)>();
        for (var run = 0; run < Runs; run++)
        {
            var (clock, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            action();
            measured.Add((Stopwatch.GetElapsedTime(clock).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds));
        }

        return measured.OrderBy(m => m.Seconds).ElementAt(Runs / 2);
    }

    private static double PeakMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }
}
