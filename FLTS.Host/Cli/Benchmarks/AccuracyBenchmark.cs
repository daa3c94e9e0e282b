using System.Diagnostics;
using System.Text.Json.Nodes;
using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting;
using FLTS.Modules.Forecasting.Metrics;
using FLTS.Modules.Forecasting.Preparation;

namespace FLTS.Host.Cli.Benchmarks;

/// <summary>What <c>bench accuracy</c> is to do.</summary>
internal sealed record AccuracyOptions
{
    /// <summary>Folder of CSVs; null: generated data.</summary>
    public string? Datasets { get; init; }

    /// <summary>Rolling origins inside train.</summary>
    public int Folds { get; init; } = 3;

    /// <summary>Seeds 0 to n - 1.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>Model types whose settings are compared.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["GRU", "LSTM"];

    /// <summary>Name of a setting to its hyperparameters; what it leaves out has the model's default.</summary>
    public IReadOnlyDictionary<string, JsonObject> Settings { get; init; } = new Dictionary<string, JsonObject> { ["defaults"] = [] };
}

/// <summary>
/// <c>bench accuracy</c>: one-step errors of settings, beside the references on the same cells, by the product's own preprocessing, fit and metrics.
/// Settings are compared on rolling origins inside train; the test part is only scored when asked for.
/// </summary>
internal static class AccuracyBenchmark
{
    private const int FewRows = 50;
    private const int FewPlaces = 8;

    private static readonly string[] _paperTargets = ["rnti_count", "rb_down", "rb_up", "down", "up"];
    private static readonly string[] _paperScored = ["down", "up"];

    /// <summary>Each setting on rolling origins inside train, and where only 50 rows are there to learn from.</summary>
    public static IEnumerable<JsonObject> Rolling(AccuracyOptions options, TextWriter progress)
    {
        foreach (var data in AccuracyData.Read(options.Datasets))
        {
            var (folds, few) = (Prepared(data.RollingOrigins(options.Folds), options), Prepared(data.FewRows(FewPlaces, FewRows), options));
            foreach (var (model, setting, parameters) in Candidates(options))
            {
                var seeds = IsSeeded(model) ? options.Seeds : 1;
                progress.WriteLine($"{data.Name}: {model} {setting}, {seeds} x {folds.Length} origins");
                var clock = Stopwatch.GetTimestamp();
                var scores = Scores(folds, model, parameters, seeds);
                var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds / (seeds * folds.Length);
                var result = Result("rolling", data, model, setting, parameters, scores);
                result["seconds_per_fit"] = Math.Round(seconds, 2);
                result["best_epoch"] = Rounded(scores.SelectMany(s => s).Average(s => s.BestEpoch));
                result["rmse_by_origin"] = new JsonArray([.. folds.Select((_, k) => (JsonNode?)Rounded(scores.Average(s => s[k].Score.Rmse)))]);
                var ratios = Scores(few, model, parameters, seeds).SelectMany(s => s).Where(s => s.Score.Skill is not null).Select(s => 1 - s.Score.Skill!.Value).ToArray();
                result["few_rows_rmse_over_naive"] = Rounded(ratios.Length == 0 ? null : ratios.Average());
                result["few_rows_worst"] = Rounded(ratios.Length == 0 ? null : ratios.Max());
                yield return result;
            }
        }
    }

    /// <summary>The settings on the test part, trained on the whole train part and on its first 50 rows.</summary>
    public static IEnumerable<JsonObject> Test(AccuracyOptions options, TextWriter progress)
    {
        foreach (var data in AccuracyData.Read(options.Datasets))
        {
            var few = new JsonObject { ["sample_train_rows"] = FewRows, ["sample_test_rows"] = FewRows };
            foreach (var (mode, prepared) in ((string, ScoredSet)[])[("test", Prepared([data.Whole()], options)[0]), ("test_50_rows", Prepared([data.Whole(few)], options)[0])])
            {
                foreach (var (model, setting, parameters) in Candidates(options))
                {
                    progress.WriteLine($"{data.Name}: {model} {setting}, {mode}");
                    yield return Result(mode, data, model, setting, parameters, Scores([prepared], model, parameters, IsSeeded(model) ? options.Seeds : 1));
                }
            }
        }
    }

    /// <summary>The protocol of Perifanis et al. 2023: ten rows of the measured columns to five targets, NRMSE in original units averaged over <c>down</c> and <c>up</c>.</summary>
    public static IEnumerable<JsonObject> Paper(AccuracyOptions options, TextWriter progress)
    {
        foreach (var data in AccuracyData.Read(options.Datasets))
        {
            var measured = new JsonArray([.. data.Columns.Select(c => (JsonNode?)c)]);
            var targets = new JsonArray([.. _paperTargets.Select(c => (JsonNode?)c)]);
            var prepared = Prepared([data.Whole(new JsonObject { ["targets"] = targets, ["inputs"] = measured, ["calendar"] = false })], options)[0];
            foreach (var (model, setting, parameters) in Candidates(options with { Models = [.. options.Models, "PROPHET"] }))
            {
                progress.WriteLine($"{data.Name}: {model} {setting}, published protocol");
                var settings = model == "PROPHET" ? [] : parameters;
                var scores = Scores([prepared], model, settings, IsSeeded(model) ? options.Seeds : 1);
                var result = Result("paper", data, model, setting, settings, scores);
                foreach (var target in _paperScored)
                    result[$"nrmse_{target}"] = Rounded(scores.Average(s => s[0].Score.PerTarget[target].Original?.Nrmse));
                result["nrmse"] = Rounded(_paperScored.Average(target => scores.Average(s => s[0].Score.PerTarget[target].Original?.Nrmse)));
                yield return result;
            }
        }
    }

    private static IEnumerable<(string Model, string Setting, JsonObject Parameters)> Candidates(AccuracyOptions options) =>
    [
        .. ForecasterCatalog.References.Select(f => (f.ModelType, "reference", new JsonObject())),
        .. options.Settings.SelectMany(s => options.Models.Where(m => m != "PROPHET" || s.Key == options.Settings.Keys.First()).Select(m => (m, s.Key, s.Value))),
    ];

    private static bool IsSeeded(string model) => ForecasterCatalog.Get(model).Normalise(null).ContainsKey("seed");

    /// <summary>The same cells for all settings: those that the longest input leaves.</summary>
    private static ScoredSet[] Prepared(IEnumerable<PreparedDataset> datasets, AccuracyOptions options)
    {
        var longest = Math.Max(10, options.Settings.Values.Max(s => s["input_len"]?.GetValue<int>() ?? 0));
        return [.. datasets.Select(data =>
        {
            var frame = data.Evaluation(longest);
            return new ScoredSet(data, frame, Forecast(data, frame, "NAIVE", []).Forecast);
        })];
    }

    /// <summary>[seeds][datasets]; empty where a reference has no value for some cell.</summary>
    private static Scored[][] Scores(ScoredSet[] datasets, string model, JsonObject parameters, int seeds)
    {
        try
        {
            return [.. Enumerable.Range(0, seeds).Select(seed => datasets.Select(d => Score(d, model, parameters, seed)).ToArray())];
        }
        catch (FltsException) when (ForecasterCatalog.IsReference(model))
        {
            return [];
        }
    }

    private static Scored Score(ScoredSet prepared, string model, JsonObject parameters, int seed)
    {
        var seeded = (JsonObject)parameters.DeepClone();
        if (IsSeeded(model))
            seeded["seed"] = seed;
        var (data, frame) = (prepared.Data, prepared.Frame);
        var (forecast, bestEpoch) = Forecast(data, frame, model, seeded);
        return new Scored(ForecastMetrics.Score(model, frame.Truth, forecast, data.Meta.Scaler, data.Meta.Targets, prepared.Naive), bestEpoch);
    }

    private static (double[,,] Forecast, int? BestEpoch) Forecast(PreparedDataset data, EvaluationFrame frame, string model, JsonObject parameters)
    {
        var family = ForecasterCatalog.Get(model);
        var fit = family.Create(family.Normalise(parameters)).Fit(data.TrainingSet, new FitContext(1, null, CancellationToken.None));
        using var fitted = fit.Model;
        return (data.Restorer.Restore(fitted.Forecast(frame.Series, frame.Origins, frame.Horizon)), fit.BestEpoch);
    }

    private static JsonObject Result(string mode, AccuracyData data, string model, string setting, JsonObject parameters, Scored[][] scores)
    {
        var perSeed = scores.Select(s => s.Average(f => f.Score.Rmse)).ToArray();
        return new JsonObject
        {
            ["bench"] = "accuracy",
            ["mode"] = mode,
            ["dataset"] = data.Name,
            ["model_type"] = model,
            ["setting"] = setting,
            ["hyperparameters"] = parameters.DeepClone(),
            ["seeds"] = scores.Length,
            ["scored_rows"] = scores.FirstOrDefault()?.Sum(s => s.Score.ScoredRows),
            ["rmse"] = Rounded(perSeed.Average()),
            ["rmse_of_seeds"] = new JsonArray([.. perSeed.Select(s => (JsonNode?)Rounded(s))]),
            ["mae"] = Rounded(scores.SelectMany(s => s).Average(s => s.Score.Mae)),
            ["skill"] = Rounded(scores.SelectMany(s => s).Average(s => s.Score.Skill)),
        };
    }

    private static JsonNode? Rounded(double? value) => value is { } number ? Math.Round(number, 6) : null;

    private sealed record ScoredSet(PreparedDataset Data, EvaluationFrame Frame, double[,,] Naive);

    private sealed record Scored(ForecastScore Score, int? BestEpoch);
}
