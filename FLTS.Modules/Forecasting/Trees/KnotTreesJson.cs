using System.Text.Json;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// <c>model.json</c> of <c>lead_mode: direct</c>: the trees of every target and knot with the names of the features they ask for. What they
/// add to lies beside it (<see cref="LeadBase.FileName"/>).
/// </summary>
internal static class KnotTreesJson
{
    private const string FileName = TreesJson.FileName;

    public static byte[] Write(ModelSignature signature, KnotTrees model) => JsonSerializer.SerializeToUtf8Bytes(
        new Document(
            TreeHyperparameters.ModelType,
            JsonFormat.NameOf(LeadMode.Direct),
            model.Features.Names,
            model.Knots,
            [.. signature.Targets.Zip(
                model.Trees, (name, knots) => new Target(name, [.. knots.Select(k => new Knot(k.IsOverLast, k.Trees.Trees))]))]),
        TreesJson.Options);

    /// <param name="bytes">Not trusted.</param>
    /// <param name="signature">As the manifest says.</param>
    /// <param name="over">What they add to.</param>
    /// <exception cref="CorruptArtifactException">It is not what <see cref="Write"/> gave for such a model.</exception>
    public static KnotTrees Read(byte[] bytes, ModelSignature signature, LeadBase over)
    {
        Document? document;
        try
        {
            document = JsonSerializer.Deserialize<Document>(bytes, TreesJson.Options);
        }
        catch (JsonException e)
        {
            throw new CorruptArtifactException($"{FileName} is malformed: {e.Message}", e);
        }

        if (document is not { ModelType: TreeHyperparameters.ModelType, Features: not null, Knots: not null, Targets: not null }
            || document.LeadMode != JsonFormat.NameOf(LeadMode.Direct))
            throw new CorruptArtifactException($"{FileName} is no {TreeHyperparameters.ModelType} model of direct leads.");
        var features = new KnotFeatures(signature.Inputs, signature.InputLength, signature.Targets, over.IsSeasonal);
        if (!document.Features.SequenceEqual(features.Names, StringComparer.Ordinal))
            throw new CorruptArtifactException(
                $"{FileName}: its {document.Features.Count} features are not the {features.Names.Count} that inputs and input_len make.");
        if (!document.Targets.Select(t => t?.Name).SequenceEqual(signature.Targets, StringComparer.Ordinal))
            throw new CorruptArtifactException($"{FileName}: its targets are not {string.Join(", ", signature.Targets)}.");
        var knots = document.Knots;
        if (knots.Length == 0 || knots[0] != 1 || knots.Zip(knots.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new CorruptArtifactException($"{FileName}: 'knots' do not rise from 1.");
        if (document.Targets.FirstOrDefault(t => t.Knots?.Count != knots.Length) is { } other)
            throw new CorruptArtifactException($"{FileName}: '{other.Name}' has {other.Knots?.Count ?? 0} knots of {knots.Length}.");
        return new KnotTrees(
            over,
            features,
            knots,
            [.. document.Targets.Select(t => t.Knots!.Select((knot, k) => Ensemble(knot, $"'{t.Name}', lead {knots[k]}")).ToArray())]);

        KnotEnsemble Ensemble(Knot? knot, string whose) => TreesJson.Ensemble(knot?.Trees, features.Names.Count, whose) is { } trees
            ? new KnotEnsemble(knot!.OverLast, trees)
            : throw new CorruptArtifactException($"{FileName}: {whose} has no list of trees.");
    }

    private sealed record Document(
        string? ModelType,
        string? LeadMode,
        IReadOnlyList<string>? Features,
        int[]? Knots,
        IReadOnlyList<Target>? Targets);

    private sealed record Target(string Name, IReadOnlyList<Knot>? Knots);

    private sealed record Knot(bool OverLast, IReadOnlyList<RegressionTree>? Trees);
}
