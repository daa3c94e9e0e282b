using System.Diagnostics;
using System.Text.Json.Nodes;

namespace FLTS.Benchmarks;

/// <summary>
/// GRU, LSTM and PROPHET on the same data, each alone and then side by side, each with one thread: do they
/// share the cores or fight for them?
/// </summary>
internal static class SideBySideBenchmark
{
    /// <summary>Epochs of the recurrent nets: enough that the longest takes seconds.</summary>
    private const int Epochs = 4;

    private static readonly string[] _types = ["GRU", "LSTM", "PROPHET"];

    /// <summary>
    /// One JSON object. <c>ratio</c> is the wall time side by side over what no schedule can beat: the longest alone, or all their CPU
    /// seconds spread evenly over the cores.
    /// </summary>
    /// <param name="data">Trained on by each.</param>
    /// <param name="progress">Told what is measured now.</param>
    public static JsonObject Run(TrainingSet data, TextWriter progress)
    {
        var (alone, cpuAlone) = (new JsonObject(), 0.0);
        foreach (var type in _types)
        {
            progress.WriteLine($"{type} alone");
            var (wall, cpu) = Measure(() => Fit(type, data));
            alone[type] = wall;
            cpuAlone += cpu;
        }

        progress.WriteLine(string.Join(", ", _types) + " side by side");
        var (together, cpuTogether) = Measure(() => Task.WaitAll([.. _types.Select(t =>
            Task.Factory.StartNew(() => Fit(t, data), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]));
        var bound = Math.Max(alone.Max(a => a.Value!.GetValue<double>()), cpuAlone / Environment.ProcessorCount);
        return new JsonObject
        {
            ["bench"] = "train_side_by_side",
            ["cores"] = Environment.ProcessorCount,
            ["epochs"] = Epochs,
            ["rows"] = data.Series.Rows,
            ["seconds_alone"] = alone,
            ["cpu_seconds_alone"] = cpuAlone,
            ["seconds_side_by_side"] = together,
            ["cpu_seconds_side_by_side"] = cpuTogether,
            ["ratio"] = together / bound,

            // 1 where the machine had nothing else to do: what is below went to other processes.
            ["share_of_the_cores_had"] = cpuTogether / (together * Environment.ProcessorCount),
        };
    }

    private static void Fit(string type, TrainingSet data)
    {
        var family = ForecasterCatalog.Get(type);
        var hyperparameters = family.Normalise(type == "PROPHET" ? null : new JsonObject { ["hidden_size"] = 128, ["epochs"] = Epochs });
        using var model = family.Create(hyperparameters).Fit(data, new FitContext(1, null, CancellationToken.None)).Model;
    }

    private static (double Wall, double Cpu) Measure(Action work)
    {
        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        work();
        return (Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}
