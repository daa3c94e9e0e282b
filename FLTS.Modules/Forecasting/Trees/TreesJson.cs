using System.Text.Json;
using System.Text.Json.Serialization;
using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting.Preparation;

namespace FLTS.Modules.Forecasting.Trees;

/// <summary><c>model.json</c>: the trees of every target, with the names of the features they ask for.</summary>
internal static class TreesJson
{
    /// <summary>Most trees a target, as many as <c>num_iterations</c> may be.</summary>
    private const int MostTrees = 5000;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    public static byte[] Write(TreeTarget mode, IReadOnlyList<string> features, IReadOnlyList<string> targets, TreeEnsemble?[] ensembles) => JsonSerializer.SerializeToUtf8Bytes(
        new Document(
            LightGbmFamily.Type,
            OptionReader.NameOf(mode),
            features,
            [.. targets.Zip(ensembles, (name, ensemble) => new Target(name, ensemble?.Trees))]),
        Options);

    /// <param name="bytes">Not trusted.</param>
    /// <param name="mode">As the hyperparameters say.</param>
    /// <param name="features">As the signature says.</param>
    /// <param name="targets">As the signature says.</param>
    /// <returns>[M] Null for a target that was flat in train.</returns>
    /// <exception cref="CorruptArtifactException">It is not what <see cref="Write"/> gave for such a model.</exception>
    public static TreeEnsemble?[] Read(byte[] bytes, TreeTarget mode, IReadOnlyList<string> features, IReadOnlyList<string> targets)
    {
        Document? document;
        try
        {
            document = JsonSerializer.Deserialize<Document>(bytes, Options);
        }
        catch (JsonException e)
        {
            throw new CorruptArtifactException($"{Name} is malformed: {e.Message}", e);
        }

        if (document is not { ModelType: LightGbmFamily.Type, Features: not null, Targets: not null } || document.TargetMode != OptionReader.NameOf(mode))
            throw new CorruptArtifactException($"{Name} is no {LightGbmFamily.Type} model of target_mode {OptionReader.NameOf(mode)}.");
        if (!document.Features.SequenceEqual(features, StringComparer.Ordinal))
            throw new CorruptArtifactException($"{Name}: its {document.Features.Count} features are not the {features.Count} that inputs and input_len make.");
        if (!document.Targets.Select(t => t?.Name).SequenceEqual(targets, StringComparer.Ordinal))
            throw new CorruptArtifactException($"{Name}: its targets are not {string.Join(", ", targets)}.");
        return [.. document.Targets.Select(target => Ensemble(target, features.Count))];
    }

    private const string Name = LightGbmFamily.FileName;

    private static TreeEnsemble? Ensemble(Target target, int features)
    {
        if (target.Trees is null)
            return null;
        if (target.Trees.Count > MostTrees)
            throw new CorruptArtifactException($"{Name}: '{target.Name}' has {target.Trees.Count} trees; at most {MostTrees} are grown.");
        for (var k = 0; k < target.Trees.Count; k++)
        {
            var where = $"{Name}: '{target.Name}', tree {k}";
            (target.Trees[k] ?? throw new CorruptArtifactException($"{where} is null.")).Check(features, where);
        }

        return new TreeEnsemble(target.Trees);
    }

    private sealed record Document(string? ModelType, string? TargetMode, IReadOnlyList<string>? Features, IReadOnlyList<Target>? Targets);

    private sealed record Target(string Name, IReadOnlyList<RegressionTree>? Trees);
}
