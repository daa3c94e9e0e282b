using System.Diagnostics;
using System.Text.Json.Nodes;
using static FLTS.Benchmarks.AccuracyScores;

namespace FLTS.Benchmarks;

/// <summary>
/// <c>bench accuracy</c>: one-step errors of settings, beside the references on the same cells, by the product's own preprocessing, fit and
/// metrics. Settings are compared on rolling origins inside train; the test part is only scored when asked for.
/// </summary>
internal static class AccuracyBenchmark
{
    private const int FewRows = 50;
    private const int FewPlaces = 8;

    /// <summary>Each setting on rolling origins inside train, and where only 50 rows are there to learn from.</summary>
    public static IEnumerable<JsonObject> Rolling(AccuracyOptions options, TextWriter progress)
    {
        foreach (var data in AccuracyData.Read(options.Datasets))
        {
            var (folds, few) = (
                Prepared(data.RollingOrigins(options.Folds).Select(p => p.Prepare()), options),
                Prepared(data.FewRows(FewPlaces, FewRows).Select(p => p.Prepare()), options));
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
                result["rmse_by_origin"] = new JsonArray(
                    [.. folds.Select((_, k) => (JsonNode?)Rounded(scores.Average(s => s[k].Score.Rmse)))]);
                var ratios = Scores(few, model, parameters, seeds)
                    .SelectMany(s => s)
                    .Where(s => s.Score.Skill is not null)
                    .Select(s => 1 - s.Score.Skill!.Value)
                    .ToArray();
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
            foreach (var (mode, prepared) in ((string, ScoredSet)[])[
                ("test", Prepared([data.Whole().Prepare()], options)[0]),
                ("test_50_rows", Prepared([data.Whole().Prepare(few)], options)[0]),
            ])
            {
                foreach (var (model, setting, parameters) in Candidates(options))
                {
                    progress.WriteLine($"{data.Name}: {model} {setting}, {mode}");
                    yield return Result(
                        mode, data, model, setting, parameters, Scores([prepared], model, parameters, IsSeeded(model) ? options.Seeds : 1));
                }
            }
        }
    }
}
