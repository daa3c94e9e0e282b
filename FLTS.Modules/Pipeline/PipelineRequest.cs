using System.Text.Json;
using System.Text.Json.Nodes;

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
        if (body.ValueKind != JsonValueKind.Object)
            throw new InvalidInputException("The body must be a JSON object such as {\"dataset\": \"demo\"}.");

        var root = JsonObject.Create(body)!;
        var unknown = root.Select(p => p.Key).FirstOrDefault(k => !_known.Contains(k, StringComparer.Ordinal));
        if (unknown is not null)
            throw new InvalidInputException($"Unknown field '{unknown}'; known are {string.Join(", ", _known)}.");

        var preprocessing = Member(root, "preprocessing");
        foreach (var name in _preprocessingShortcuts)
        {
            if (root[name] is not { } value)
                continue;

            if (preprocessing.ContainsKey(name))
            {
                throw new InvalidInputException(
                    $"'{name}' is given twice: once at the top level and once in 'preprocessing'. Give it once.");
            }

            preprocessing[name] = value.DeepClone();
        }

        return new PipelineRequest
        {
            Dataset = new(Text(root, "dataset")
                ?? throw new InvalidInputException("'dataset' is missing: the name of a dataset, for example {\"dataset\": \"demo\"}.")),
            Identifier = Text(root, "identifier") is { } identifier ? new Identifier(identifier) : null,
            ModelTypes = Texts(root, "model_types"),
            ForceReprocess = Flag(root, "force_reprocess"),
            ForceRetrain = Flag(root, "force_retrain"),
            Preprocessing = preprocessing,
            Training = Member(root, "training"),
            Evaluation = Member(root, "evaluation"),
        };
    }

    private static string? Text(JsonObject root, string name) => root[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw new InvalidInputException($"'{name}' must be a string."),
    };

    private static bool Flag(JsonObject root, string name) => root[name] switch
    {
        null => false,
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        _ => throw new InvalidInputException($"'{name}' must be true or false."),
    };

    private static List<string>? Texts(JsonObject root, string name)
    {
        if (root[name] is not { } node)
            return null;

        if (node is not JsonArray { Count: > 0 } array || array.Any(v => v?.GetValueKind() != JsonValueKind.String))
            throw new InvalidInputException($"'{name}' must be a list of at least one string, for example [\"GRU\", \"LSTM\"].");

        return [.. array.Select(v => v!.GetValue<string>())];
    }

    private static JsonObject Member(JsonObject root, string name) => root[name] switch
    {
        null => [],
        JsonObject value => (JsonObject)value.DeepClone(),
        _ => throw new InvalidInputException($"'{name}' must be a JSON object."),
    };
}
