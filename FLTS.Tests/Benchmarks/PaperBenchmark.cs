using System.Text.Json.Nodes;
using static FLTS.Benchmarks.AccuracyScores;

namespace FLTS.Benchmarks;

/// <summary>
/// <c>bench accuracy --paper</c>: the protocol of Perifanis et al. 2023, ten rows of the measured columns to five targets, one step,
/// NRMSE in original units averaged over <c>down</c> and <c>up</c>. A setting may carry a <c>preprocessing</c>
/// object beside its hyperparameters.
/// </summary>
internal static class PaperBenchmark
{
    private const string Preprocessing = "preprocessing";
    private static readonly string[] _targets = ["rnti_count", "rb_down", "rb_up", "down", "up"];
    private static readonly string[] _scored = ["down", "up"];

    /// <summary>Every model and reference on the test part; models that were not asked for with their defaults.</summary>
    public static IEnumerable<JsonObject> Test(AccuracyOptions options, TextWriter progress) =>
        Run("paper", data => [data.Whole()], options, AllElse(options), progress);

    /// <summary>The same on rolling origins inside train, the test part unseen.</summary>
    public static IEnumerable<JsonObject> Rolling(AccuracyOptions options, TextWriter progress) =>
        Run("paper_rolling", data => data.RollingOrigins(options.Folds), options, [], progress);

    private static IEnumerable<JsonObject> Run(
        string mode,
        Func<AccuracyData, IEnumerable<RawParts>> parts,
        AccuracyOptions options,
        IEnumerable<Candidate> more,
        TextWriter progress)
    {
        foreach (var data in AccuracyData.Read(options.Datasets))
        {
            var raw = parts(data).ToArray();
            var prepared = new Dictionary<string, ScoredSet[]>();
            foreach (var (model, setting, document) in Candidates(options).Concat(more))
            {
                progress.WriteLine($"{data.Name}: {model} {setting}, published protocol");
                var parameters = (JsonObject)document.DeepClone();
                var preprocessing = Protocol(data, parameters);
                parameters.Remove(Preprocessing);
                if (!prepared.TryGetValue(preprocessing.ToJsonString(), out var sets))
                    prepared[preprocessing.ToJsonString()] = sets = Prepared(raw.Select(r => r.Prepare(preprocessing)), options);
                var scores = Scores(sets, model, parameters, IsSeeded(model) ? options.Seeds : 1);
                var result = Result(mode, data, model, setting, document, scores);
                foreach (var target in _scored)
                    result[$"nrmse_{target}"] = Rounded(scores.SelectMany(s => s).Average(s => s.Score.PerTarget[target].Original?.Nrmse));
                var seeds = scores.Select(s => s.Average(Nrmse)).ToArray();
                result["nrmse"] = Rounded(seeds.Average());
                result["nrmse_of_seeds"] = new JsonArray([.. seeds.Select(Rounded)]);
                yield return result;
            }
        }
    }

    private static IEnumerable<Candidate> AllElse(AccuracyOptions options) => ForecasterCatalog.Fitted
        .Where(f => !ForecasterCatalog.IsReference(f.ModelType) && !options.Models.Contains(f.ModelType))
            .Select(f => new Candidate(f.ModelType, "defaults", []));

    private static double? Nrmse(Scored scored) => _scored.Average(target => scored.Score.PerTarget[target].Original?.Nrmse);

    /// <summary>Preprocessing options of the protocol, and those a setting adds.</summary>
    private static JsonObject Protocol(AccuracyData data, JsonObject setting)
    {
        var options = setting[Preprocessing]?.DeepClone().AsObject() ?? [];
        options["targets"] = new JsonArray([.. _targets.Select(c => (JsonNode?)c)]);
        options["inputs"] = new JsonArray([.. data.Columns.Select(c => (JsonNode?)c)]);
        options["calendar"] = false;
        return options;
    }
}
