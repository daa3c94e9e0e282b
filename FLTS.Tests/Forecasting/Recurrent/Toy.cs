using System.Text.Json.Nodes;
using FLTS.Forecasting.Features;
using FLTS.Forecasting.Recurrent;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Tests.Forecasting.Recurrent;

/// <summary>Small learnable series and quick fits.</summary>
internal static class Toy
{
    public static readonly DateTime Start = new(2024, 1, 1);

    public static FitContext Context => new(1, null, CancellationToken.None);

    /// <summary>Two noisy waves with the calendar's minute of the day, half an hour a row.</summary>
    public static PreparedSeries Series(int rows = 300, int seed = 1, int border = int.MaxValue, bool lag = false, bool plainInput = false)
    {
        var random = new Random(seed);
        var a = Enumerable.Range(0, rows).Select(t => 0.5 + (0.4 * Math.Sin(t / 4.0)) + (0.02 * random.NextDouble())).ToArray();
        var b = Enumerable.Range(0, rows).Select(t => 0.5 + (0.4 * Math.Cos(t / 7.0)) + (0.02 * random.NextDouble())).ToArray();
        var times = Enumerable.Range(0, rows).Select(t => Start.AddMinutes((30 * t) + (t >= border ? 600 : 0))).ToArray();
        var columns = new List<(string Name, double[] Values)> { ("a", a), ("b", b) };
        if (plainInput)
            columns.Add(("weather", [.. a.Select(v => 1 - v)]));
        if (lag)
            columns.Add((Lags.NameOf("a", 2), [.. a.Select((_, t) => a[Math.Max(0, t - 2)])]));
        columns.Add(("min_of_day_sin", [.. times.Select(t => CalendarFeatures.Value("min_of_day_sin", t))]));
        return new PreparedSeries
        {
            Timestamps = times,
            Segments = [.. Enumerable.Range(0, rows).Select(t => t >= border ? 1 : 0)],
            Step = TimeSpan.FromMinutes(30),
            Columns = [.. columns.Select(c => c.Name)],
            Values = [.. columns.Select(c => c.Values)],
            Observed = [.. columns.Select(_ => Enumerable.Repeat(true, rows).ToArray())],
            Targets = ["a", "b"],
        };
    }

    /// <summary>Hyperparameters of a fit of less than a second, with <paramref name="changes"/> (JSON) on top.</summary>
    public static JsonObject Small(string changes = "{}")
    {
        var json = JsonNode.Parse(
            """{"hidden_size": 8, "num_layers": 2, "members": 1, "epochs": 3, "batch_size": 32, "learning_rate": 0.01,"""
            + """ "schedule": "constant", "loss": "mse", "lead_mode": "recursive"}""")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
            json[name] = value?.DeepClone();
        return json;
    }

    public static FitResult Fit(RecurrentFamily family, string changes = "{}", PreparedSeries? series = null, int? validationStart = null)
    {
        series ??= Series();
        return family.Create(family.Normalise(Small(changes)))
            .Fit(new TrainingSet(series, validationStart ?? series.Rows * 4 / 5, Scaler(series)), Context);
    }

    /// <summary>Original units of the measured columns: 2000 times the series' values, "b" 500 lower and so negative at times.</summary>
    public static Scaler Scaler(PreparedSeries series) => new(
        ScalerKind.MinMax,
        [.. series.Columns.Where(c => c is "a" or "b" or "weather")
            .Select(c => new ColumnScale(c, c == "b" ? -500 : 0, 2000, c == "b" ? -300 : 200, 1800, 50, 1000))]);

    public static byte[] Weights(FitResult fit) => fit.Model.Save()["weights.safetensors"];
}
