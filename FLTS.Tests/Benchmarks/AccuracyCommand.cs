using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Benchmarks;

/// <summary><c>bench accuracy</c>: what a model type with given settings forecasts well, by one of three protocols.</summary>
internal static class AccuracyCommand
{
    private static readonly Option<string?> _datasets =
        new("--datasets") { Description = "Folder of name.csv and name_test.csv (default: FLTS_DATASETS, else generated data)." };
    private static readonly Option<bool> _test =
        new("--test") { Description = "Score on the test part instead of rolling origins inside train." };
    private static readonly Option<bool> _paper =
        new("--paper") { Description = "The published protocol (NRMSE of down and up) on the test part." };
    private static readonly Option<bool> _rolling =
        new("--rolling") { Description = "With --paper: on rolling origins inside train, the test part unseen." };
    private static readonly Option<bool> _bands =
        new("--bands") { Description = "A line per band of leads, up to a season ahead, instead of one step; alone or with --test." };
    private static readonly Option<string?> _settings = new("--settings")
    {
        Description =
            "JSON file of settings to compare, {\"name\": {hyperparameters}} (default: the defaults); with --paper a setting may carry a "
            + "\"preprocessing\" object.",
    };
    private static readonly Option<string[]> _models = new("--models")
    {
        Description = "Model types (default GRU LSTM).",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["GRU", "LSTM"],
    };
    private static readonly Option<int> _folds =
        new("--folds") { Description = "Rolling origins, 1 to 5 (default 3).", DefaultValueFactory = _ => 3 };
    private static readonly Option<int?> _seeds = new("--seeds") { Description = "Seeds 0 to N - 1 (default 3; 5 on the test part)." };

    public static Command Create() =>
        BenchCommand.Create(
            "accuracy",
            "Forecast errors of model types beside the references.",
            [_datasets, _test, _paper, _rolling, _bands, _settings, _models, _folds, _seeds],
            Run);

    private static IEnumerable<JsonObject> Run(ParseResult parsed, TextWriter progress)
    {
        var (test, paper) = (parsed.GetValue(_test), parsed.GetValue(_paper));
        if (test && paper)
            throw new InvalidInputException("--test and --paper are two protocols; ask for one.");
        var rolling = parsed.GetValue(_rolling) || !(test || paper);
        var bands = parsed.GetValue(_bands);
        if (bands && paper)
            throw new InvalidInputException("--paper is of one step; leave --bands out.");
        if (test && rolling)
            throw new InvalidInputException("--rolling is inside train, --test is not; ask for one.");
        var options = new AccuracyOptions
        {
            Datasets = parsed.GetValue(_datasets) ?? Environment.GetEnvironmentVariable("FLTS_DATASETS"),
            Folds = Within("--folds", parsed.GetValue(_folds), 1, 5),
            Seeds = Within("--seeds", parsed.GetValue(_seeds) ?? (rolling ? 3 : 5), 1, 100),
            Models = parsed.GetValue(_models)!,
        };
        if (parsed.GetValue(_settings) is { } file)
            options = options with { Settings = ReadSettings(file) };
        return bands ? AccuracyBands.Run(options, test, progress)
            : paper ? rolling ? PaperBenchmark.Rolling(options, progress) : PaperBenchmark.Test(options, progress)
            : test ? AccuracyBenchmark.Test(options, progress)
            : AccuracyBenchmark.Rolling(options, progress);
    }

    private static int Within(string option, int value, int least, int most) =>
        value >= least && value <= most ? value : throw new InvalidInputException($"{option} {value}: it must be from {least} to {most}.");

    private static Dictionary<string, JsonObject> ReadSettings(string file)
    {
        try
        {
            if (JsonNode.Parse(File.ReadAllText(file)) is JsonObject { Count: > 0 } settings && settings.All(s => s.Value is JsonObject))
                return settings.ToDictionary(s => s.Key, s => s.Value!.AsObject());
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new InvalidInputException($"--settings {file}: {e.Message}", e);
        }

        throw new InvalidInputException(
            $"--settings {file}: it must be a JSON object of at least one setting, {{\"name\": {{hyperparameters}}}}.");
    }
}
