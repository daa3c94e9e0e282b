using System.Text.Json.Nodes;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;

namespace FLTS.Benchmarks;

/// <summary>What the protocols of <c>bench accuracy</c> share: who is compared, on which cells, and the line that tells it.</summary>
internal static class AccuracyScores
{
    /// <summary>The references, then every setting with every model asked for.</summary>
    public static IEnumerable<Candidate> Candidates(AccuracyOptions options) =>
    [
        .. ForecasterCatalog.References.Select(f => new Candidate(f.ModelType, "reference", [])),
        .. options.Settings.SelectMany(s => options.Models.Select(m => new Candidate(m, s.Key, s.Value))),
    ];

    public static bool IsSeeded(string model) => ForecasterCatalog.Get(model).Normalise(null).ContainsKey("seed");

    /// <summary>The same cells for all settings: those that the longest input leaves.</summary>
    public static ScoredSet[] Prepared(IEnumerable<PreparedDataset> datasets, AccuracyOptions options)
    {
        var longest = Math.Max(10, options.Settings.Values.Max(s => s["input_len"]?.GetValue<int>() ?? 0));
        return [.. datasets.Select(data =>
        {
            var frame = EvaluationFrame.Of(data, longest);
            return new ScoredSet(data, frame, Forecast(data, frame, "NAIVE", []).Forecast);
        })];
    }

    /// <summary>[seeds][datasets]; empty where a reference has no value for some cell.</summary>
    public static Scored[][] Scores(ScoredSet[] datasets, string model, JsonObject parameters, int seeds)
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
        return new Scored(
            ForecastMetrics.Score(model, frame.Truth, forecast, data.Meta.Scaler, data.Meta.Targets, prepared.Naive), bestEpoch);
    }

    public static (double[,,] Forecast, int? BestEpoch) Forecast(
        PreparedDataset data, EvaluationFrame frame, string model, JsonObject parameters)
    {
        var family = ForecasterCatalog.Get(model);
        var fit = family.Create(family.Normalise(parameters)).Fit(data.TrainingSet, new FitContext(1, null, CancellationToken.None));
        using var fitted = fit.Model;
        using var unseen = fit.BeforeRefit;
        var forecast = fitted.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), frame.Horizon);
        return (data.Restorer.Restore(forecast, frame.Series, frame.Origins), fit.BestEpoch);
    }

    public static JsonObject Result(string mode, AccuracyData data, string model, string setting, JsonObject parameters, Scored[][] scores)
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

    public static JsonNode? Rounded(double? value) => value is { } number ? Math.Round(number, 6) : null;

    /// <summary>One line of the comparison.</summary>
    /// <param name="Model">Type.</param>
    /// <param name="Setting">Its name.</param>
    /// <param name="Parameters">What differs from the defaults.</param>
    public sealed record Candidate(string Model, string Setting, JsonObject Parameters);

    public sealed record ScoredSet(PreparedDataset Data, EvaluationFrame Frame, double[,,] Naive);

    public sealed record Scored(ForecastScore Score, int? BestEpoch);
}
