using System.Diagnostics;
using System.Text.Json.Nodes;
using FLTS.Modules.Forecasting;
using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Forecasting.Recurrent;
using FLTS.Modules.Forecasting.Series;

namespace FLTS.Host.Cli.Benchmarks;

/// <summary><c>bench train</c>: epochs of LSTM and GRU, two layers of 128, batches of 64, one thread, through the fit that production uses.</summary>
internal static class TrainBenchmark
{
    private const int Epochs = 5;
    private const int Measured = 11;
    private const int Windows = 15_917;
    private const int InputLength = 10;

    /// <summary>One JSON object a cell; the cells take turns so that a noisy machine hurts both. Then one for the types side by side.</summary>
    /// <param name="dataset">A CSV, or null: generated columns of the stated size (the time does not depend on the values).</param>
    /// <param name="progress">Told what is measured now.</param>
    public static IEnumerable<JsonObject> Run(string? dataset, TextWriter progress)
    {
        var data = dataset is null ? Generated() : Read(dataset);
        var seconds = new Dictionary<string, List<(double Wall, double Cpu)>>();
        var (train, validation) = (0, 0);
        foreach (var (family, hidden) in Turns())
        {
            progress.WriteLine($"{family.ModelType}, hidden_size {hidden}, {Epochs} epochs");
            var clock = new EpochClock();
            var parameters = family.Normalise(new JsonObject
            {
                // All that the time depends on, so that other defaults change no measurement.
                ["hidden_size"] = hidden,
                ["num_layers"] = 2,
                ["members"] = 1,
                ["batch_size"] = 64,
                ["input_len"] = InputLength,
                ["loss"] = "mse",
                ["dropout"] = 0,
                ["log1p"] = false,
                ["refit_on_all"] = false,
                ["epochs"] = Epochs,
                ["patience"] = Epochs,
                ["target_mode"] = "level",
            });
            var fit = family.Create(parameters).Fit(data, new FitContext(1, clock, CancellationToken.None));
            using var model = fit.Model;
            (train, validation) = ((int)fit.Diagnostics!["train_windows"]!, (int)fit.Diagnostics!["validation_windows"]!);
            var key = Key(family, hidden);
            if (!seconds.TryGetValue(key, out var epochs))
                seconds[key] = epochs = [];
            // The first epoch compiles and warms caches.
            epochs.AddRange(clock.Seconds.Skip(1));
        }

        foreach (var family in (RecurrentFamily[])[RecurrentFamily.Lstm, RecurrentFamily.Gru])
        {
            var (full, small) = (seconds[Key(family, 128)], seconds[Key(family, 1)]);
            var epoch = Median(full.Select(s => s.Wall));
            var (cpu, calls) = (Median(full.Select(s => s.Cpu)), Median(small.Select(s => s.Cpu)));
            yield return new JsonObject
            {
                ["bench"] = "train",
                ["model_type"] = family.ModelType,
                ["hidden_size"] = 128,
                ["num_layers"] = 2,
                ["batch_size"] = 64,
                ["threads"] = 1,
                ["columns"] = data.Series.Columns.Count,
                ["targets"] = data.Series.Targets.Count,
                ["train_windows"] = train,
                ["validation_windows"] = validation,
                ["epochs_measured"] = full.Count,
                ["seconds_per_epoch"] = epoch,
                ["cpu_seconds_per_epoch"] = cpu,
                ["train_windows_per_second"] = train / epoch,
                // With one hidden unit every call is made just as often and computes next to nothing: what is left is calling.
                ["cpu_seconds_per_epoch_with_one_hidden_unit"] = calls,
                ["overhead_at_most"] = calls / cpu,
            };
        }

        yield return SideBySideBenchmark.Run(data, progress);
    }

    private static IEnumerable<(RecurrentFamily Family, int Hidden)> Turns()
    {
        for (var turn = 0; turn < 2; turn++)
        {
            foreach (var hidden in (int[])[128, 1])
                yield return (RecurrentFamily.Lstm, hidden);
            foreach (var hidden in (int[])[128, 1])
                yield return (RecurrentFamily.Gru, hidden);
        }
    }

    private static string Key(RecurrentFamily family, int hidden) => FormattableString.Invariant($"{family.ModelType}/{hidden}");

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private static TrainingSet Read(string dataset)
    {
        var config = PreprocessConfig.Parse("bench", new string('0', 64), null, new JsonObject { ["test_fraction"] = 0.001 });
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
        var calendar = CalendarFeatures.Names.ToDictionary(name => name, name => times.Select(t => CalendarFeatures.Value(name, t)).ToArray());
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

    private sealed class EpochClock : IProgress<FitProgress>
    {
        private (long Wall, TimeSpan Cpu) _last = Now();

        public List<(double Wall, double Cpu)> Seconds { get; } = [];

        public void Report(FitProgress value)
        {
            var now = Now();
            Seconds.Add((Stopwatch.GetElapsedTime(_last.Wall, now.Wall).TotalSeconds, (now.Cpu - _last.Cpu).TotalSeconds));
            _last = now;
        }

        private static (long Wall, TimeSpan Cpu) Now() => (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
    }
}
