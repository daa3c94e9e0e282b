using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;

namespace FLTS.Modules.Pipeline;

/// <summary>Body of <c>POST /pipelines</c>. Read strictly: an unknown member or a wrong type is said by name.</summary>
internal sealed record PipelineRequest
{
    private static readonly string[] _known =
    [
        "dataset", "identifier", "model_types", "sample_train_rows", "sample_test_rows", "sample_strategy", "sample_seed",
        "hash_salt", "force_reprocess", "force_retrain", "preprocessing", "training", "evaluation",
    ];

    /// <summary>Members that belong to the preprocess config and may be given at the top level for convenience.</summary>
    private static readonly string[] _preprocessingShortcuts =
        ["sample_train_rows", "sample_test_rows", "sample_strategy", "sample_seed", "hash_salt"];

    /// <summary>Name of the source dataset.</summary>
    public required DatasetName Dataset { get; init; }

    /// <summary>The station; default: the dataset's name.</summary>
    public Identifier? Identifier { get; init; }

    /// <summary>Types to train; default: <c>Pipeline:ExpectedModelTypes</c>.</summary>
    public IReadOnlyList<string>? ModelTypes { get; init; }

    /// <summary>Prepares data that is prepared already once more, to see that it comes out the same.</summary>
    public bool ForceReprocess { get; init; }

    /// <summary>Trains anew even where a run of the same identity succeeded.</summary>
    public bool ForceRetrain { get; init; }

    /// <summary>Overrides of the preprocess config.</summary>
    public JsonObject Preprocessing { get; init; } = [];

    /// <summary>Hyperparameters by model type.</summary>
    public JsonObject Training { get; init; } = [];

    /// <summary>Overrides of the evaluation policy.</summary>
    public JsonObject Evaluation { get; init; } = [];

    /// <summary>Reads a request.</summary>
    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static PipelineRequest Parse(JsonElement body)
    {
        var read = StrictJson.Body(body, " such as {\"dataset\": \"demo\"}").AllowOnly(_known);
        var preprocessing = read.Document("preprocessing");
        foreach (var name in _preprocessingShortcuts)
        {
            if (read.Node(name) is not { } value)
                continue;

            if (preprocessing.ContainsKey(name))
            {
                throw new InvalidInputException(
                    $"'{name}' is given twice: once at the top level and once in 'preprocessing'. Give it once.");
            }

            preprocessing[name] = value;
        }

        return new PipelineRequest
        {
            Dataset = new(read.RequiredText("dataset", "the name of a dataset, for example {\"dataset\": \"demo\"}")),
            Identifier = read.Text("identifier") is { } identifier ? new Identifier(identifier) : null,
            ModelTypes = read.Strings("model_types", "a list of at least one string, for example [\"GRU\", \"LSTM\"]"),
            ForceReprocess = read.Flag("force_reprocess") ?? false,
            ForceRetrain = read.Flag("force_retrain") ?? false,
            Preprocessing = preprocessing,
            Training = read.Document("training"),
            Evaluation = read.Document("evaluation"),
        };
    }
}
