using System.Text.Json;
using System.Text.Json.Serialization;
using FLTS.Forecasting.Json;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// <c>model.json</c>: the trees of every target (<c>trees</c> for the first step, <c>further_trees</c> for those after it), with the
/// names of the features they ask for.
/// </summary>
internal static class TreesJson
{
    /// <summary>Name of the one file a model is saved as.</summary>
    public const string FileName = "model.json";

    /// <summary>Most trees a target, as many as <c>num_iterations</c> may be.</summary>
    private const int MostTrees = 5000;

    /// <summary>Strict: no unknown member, none twice.</summary>
    internal static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    public static byte[] Write(TreeTarget mode, IReadOnlyList<string> features, IReadOnlyList<string> targets, TargetTrees[] trees) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new Document(
                TreeHyperparameters.ModelType,
                JsonFormat.NameOf(mode),
                features,
                [.. targets.Zip(trees, (name, of) => new Target(name, of.First?.Trees, of.Further?.Trees))]),
            Options);

    /// <summary>Names of the features that stored trees ask for; null where that cannot be read.</summary>
    /// <param name="bytes">Not trusted.</param>
    public static IReadOnlyList<string>? FeaturesOf(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<Head>(bytes, JsonFormat.Snake)?.Features;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <param name="bytes">Not trusted.</param>
    /// <param name="mode">As the hyperparameters say.</param>
    /// <param name="features">As the signature says.</param>
    /// <param name="targets">As the signature says.</param>
    /// <returns>[M]</returns>
    /// <exception cref="CorruptArtifactException">It is not what <see cref="Write"/> gave for such a model.</exception>
    public static TargetTrees[] Read(byte[] bytes, TreeTarget mode, IReadOnlyList<string> features, IReadOnlyList<string> targets)
    {
        Document? document;
        try
        {
            document = JsonSerializer.Deserialize<Document>(bytes, Options);
        }
        catch (JsonException e)
        {
            throw new CorruptArtifactException($"{FileName} is malformed: {e.Message}", e);
        }

        if (document is not { ModelType: TreeHyperparameters.ModelType, Features: not null, Targets: not null }
            || document.TargetMode != JsonFormat.NameOf(mode))
            throw new CorruptArtifactException(
                $"{FileName} is no {TreeHyperparameters.ModelType} model of target_mode {JsonFormat.NameOf(mode)}.");
        if (!document.Features.SequenceEqual(features, StringComparer.Ordinal))
            throw new CorruptArtifactException(
                $"{FileName}: its {document.Features.Count} features are not the {features.Count} that inputs and input_len make.");
        if (!document.Targets.Select(t => t?.Name).SequenceEqual(targets, StringComparer.Ordinal))
            throw new CorruptArtifactException($"{FileName}: its targets are not {string.Join(", ", targets)}.");
        return [.. document.Targets.Select(t =>
            new TargetTrees(Ensemble(t.Trees, features.Count, $"'{t.Name}'"), Ensemble(t.FurtherTrees, features.Count, $"'{t.Name}'")))];
    }

    /// <summary>Trees that were read, checked; null: there are none.</summary>
    /// <param name="trees">Not trusted.</param>
    /// <param name="features">Features there are.</param>
    /// <param name="whose">For the message.</param>
    internal static TreeEnsemble? Ensemble(IReadOnlyList<RegressionTree>? trees, int features, string whose)
    {
        if (trees is null)
            return null;
        if (trees.Count > MostTrees)
            throw new CorruptArtifactException($"{FileName}: {whose} has {trees.Count} trees; at most {MostTrees} are grown.");
        for (var k = 0; k < trees.Count; k++)
        {
            var where = $"{FileName}: {whose}, tree {k}";
            (trees[k] ?? throw new CorruptArtifactException($"{where} is null.")).Check(features, where);
        }

        return new TreeEnsemble(trees);
    }

    private sealed record Head(IReadOnlyList<string>? Features);

    private sealed record Document(string? ModelType, string? TargetMode, IReadOnlyList<string>? Features, IReadOnlyList<Target>? Targets);

    private sealed record Target(string Name, IReadOnlyList<RegressionTree>? Trees, IReadOnlyList<RegressionTree>? FurtherTrees);
}
