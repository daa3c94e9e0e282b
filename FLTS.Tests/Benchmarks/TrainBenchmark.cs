using System.Diagnostics;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Recurrent;

namespace FLTS.Benchmarks;

/// <summary>
/// <c>bench train</c>: epochs of LSTM and GRU, two layers of 128, batches of 64, one thread, through the fit that production uses,
/// in turns with PyTorch where it is installed, and what part of them is spent in libtorch.
/// </summary>
internal static class TrainBenchmark
{
    private const int Turns = 3;
    private const int EpochsOfTurn = 3;
    private const int EpochsProfiled = 4;

    private static readonly RecurrentFamily[] _families = [RecurrentFamily.Lstm, RecurrentFamily.Gru];

    /// <summary>
    /// One JSON object a type: types and programs take turns, so that a noisy machine hurts all. Then one for the trainers side by side.
    /// </summary>
    /// <param name="dataset">A CSV, or null: generated columns of the stated size (the time does not depend on the values).</param>
    /// <param name="progress">Told what is measured now.</param>
    public static IEnumerable<JsonObject> Run(string? dataset, TextWriter progress)
    {
        var data = TrainBenchmarkData.Of(dataset);
        var (pytorch, perf) = (TrainReference.IsThere, TrainProfile.IsThere);
        if (!pytorch)
            progress.WriteLine($"There is no PyTorch to compare with (Debian: {TrainReference.Packages}).");
        if (!perf)
            progress.WriteLine($"There is no perf that could tell the share inside libtorch (Debian: {TrainProfile.Packages}).");
        var measured = _families.ToDictionary(f => f.ModelType, _ => new Measured());
        for (var turn = 1; turn <= Turns; turn++)
        {
            foreach (var family in _families)
            {
                progress.WriteLine($"turn {turn} of {Turns}: {family.ModelType}");
                measured[family.ModelType].Add(data, family, pytorch);
            }
        }

        foreach (var (type, epochs) in measured)
        {
            var result = epochs.Result(data, type);
            if (perf)
            {
                progress.WriteLine($"{type}: where its time goes");
                foreach (var (name, share) in TrainProfile.Run(
                    ["train", "--once", type, .. dataset is null ? (string[])[] : ["--dataset", dataset]]))
                    result[name] = share?.DeepClone();
            }

            yield return result;
        }

        yield return SideBySideBenchmark.Run(data, progress);
    }

    /// <summary>Trains once on a thread of its own, for who looks from outside where the time goes.</summary>
    /// <param name="dataset">As for <see cref="Run"/>.</param>
    /// <param name="modelType"><c>LSTM</c> or <c>GRU</c>.</param>
    public static IEnumerable<JsonObject> Once(string? dataset, string modelType)
    {
        var (data, family) = (TrainBenchmarkData.Of(dataset), _families.Single(f => f.ModelType == modelType));
        var training = new Thread(() => Fit(data, family, EpochsProfiled, new EpochClock())) { Name = TrainProfile.Thread };
        training.Start();
        training.Join();
        yield return new JsonObject { ["process"] = Environment.ProcessId };
    }

    private static (int Learned, int Validated) Fit(TrainingSet data, RecurrentFamily family, int epochs, EpochClock clock)
    {
        var parameters = family.Normalise(new JsonObject
        {
            // All that the time depends on, so that other defaults change no measurement.
            ["hidden_size"] = 128,
            ["num_layers"] = 2,
            ["members"] = 1,
            ["batch_size"] = 64,
            ["input_len"] = TrainBenchmarkData.InputLength,
            ["loss"] = "mse",
            ["dropout"] = 0,
            ["log1p"] = false,
            ["refit_on_all"] = false,
            ["epochs"] = epochs,
            ["patience"] = epochs,
            ["target_mode"] = "level",
        });
        var fit = family.Create(parameters).Fit(data, new FitContext(1, clock, CancellationToken.None));
        using var model = fit.Model;
        return ((int)fit.Diagnostics!["train_windows"]!, (int)fit.Diagnostics!["validation_windows"]!);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    /// <summary>Epochs of one type, ours and PyTorch's; the first of each turn compiles and warms caches and is not among them.</summary>
    private sealed class Measured
    {
        private readonly List<(double Wall, double Cpu)> _ours = [], _theirs = [];
        private int _learned, _validated;
        private string? _version;

        public void Add(TrainingSet data, RecurrentFamily family, bool pytorch)
        {
            var clock = new EpochClock();
            (_learned, _validated) = Fit(data, family, EpochsOfTurn, clock);
            _ours.AddRange(clock.Seconds.Skip(1));
            if (!pytorch)
                return;
            (_version, var epochs) = TrainReference.Run(
                family.ModelType, data.Series.Columns.Count, data.Series.Targets.Count, _learned, _validated, EpochsOfTurn);
            _theirs.AddRange(epochs);
        }

        public JsonObject Result(TrainingSet data, string type)
        {
            var (wall, cpu) = (Median(_ours.Select(s => s.Wall)), Median(_ours.Select(s => s.Cpu)));
            var result = new JsonObject
            {
                ["bench"] = "train",
                ["model_type"] = type,
                ["hidden_size"] = 128,
                ["num_layers"] = 2,
                ["batch_size"] = 64,
                ["threads"] = 1,
                ["columns"] = data.Series.Columns.Count,
                ["targets"] = data.Series.Targets.Count,
                ["train_windows"] = _learned,
                ["validation_windows"] = _validated,
                ["epochs_measured"] = _ours.Count,
                ["seconds_per_epoch"] = Math.Round(wall, 3),
                ["seconds_of_all_epochs"] = All(_ours),
                ["cpu_seconds_per_epoch"] = Math.Round(cpu, 3),
                ["train_windows_per_second"] = Math.Round(_learned / wall),
            };
            if (_version is null)
                return result;
            var (theirWall, theirCpu) = (Median(_theirs.Select(s => s.Wall)), Median(_theirs.Select(s => s.Cpu)));
            result["pytorch"] = _version;
            result["pytorch_seconds_per_epoch"] = Math.Round(theirWall, 3);
            result["pytorch_seconds_of_all_epochs"] = All(_theirs);
            result["pytorch_cpu_seconds_per_epoch"] = Math.Round(theirCpu, 3);
            result["of_pytorchs_time"] = Math.Round(wall / theirWall, 3);

            // Hardly depends on what else the machine does.
            result["of_pytorchs_cpu_time"] = Math.Round(cpu / theirCpu, 3);
            return result;
        }

        private static JsonArray All(List<(double Wall, double Cpu)> epochs) => [.. epochs.Select(e => (JsonNode)Math.Round(e.Wall, 2))];
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
