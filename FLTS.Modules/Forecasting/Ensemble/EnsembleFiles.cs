using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;

namespace FLTS.Forecasting.Ensemble;

/// <summary>
/// An ENSEMBLE as files: <c>model.json</c> with its members in order and their weights by lead and target, and those of its references
/// below <c>references/TYPE/</c>. Models of runs are named by type alone: which runs they are says the manifest.
/// </summary>
internal static class EnsembleFiles
{
    private const string ModelFile = "model.json";

    /// <summary>Weights may sum to 1 less or more so much: rounding.</summary>
    private const double Rounding = 1e-9;

    public static IReadOnlyDictionary<string, byte[]> Write(
        EnsembleWeights weights, IEnumerable<IFittedForecaster> runs, IReadOnlyList<EnsembleReference> references)
    {
        var document = new Document(
            EnsembleFamily.Type,
            [.. weights.Leads],
            [.. runs.Select(r => r.Signature.ModelType)],
            [.. references.Select(r => Reference.Of(r.Model.Signature, r.Hyperparameters))],
            [.. weights.Values]);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [ModelFile] = JsonSerializer.SerializeToUtf8Bytes(document, JsonFormat.Snake),
        };
        foreach (var reference in references)
        {
            foreach (var (name, bytes) in reference.Model.Save())
                files[Folder(reference.Model.Signature.ModelType) + name] = bytes;
        }

        return files;
    }

    /// <exception cref="CorruptArtifactException">A file is missing or malformed, or does not fit signature and members.</exception>
    public static (EnsembleWeights Weights, IReadOnlyList<EnsembleReference> References) Read(
        ModelSignature signature,
        IReadOnlyDictionary<string, byte[]> files,
        IReadOnlyList<IFittedForecaster> runs,
        IReadOnlyList<IForecasterFamily> families)
    {
        if (!files.TryGetValue(ModelFile, out var bytes))
            throw new CorruptArtifactException($"ENSEMBLE: {ModelFile} is missing.");
        try
        {
            var document = JsonSerializer.Deserialize<Document>(bytes, JsonFormat.Snake);
            if (document?.ModelType != EnsembleFamily.Type)
                throw new CorruptArtifactException($"ENSEMBLE: {ModelFile} is of another model type.");
            var types = runs.Select(r => r.Signature.ModelType).ToArray();
            if (!document.Runs.SequenceEqual(types, StringComparer.Ordinal))
                throw new CorruptArtifactException(
                    $"ENSEMBLE: {ModelFile} has the members {string.Join(", ", document.Runs)}, not {string.Join(", ", types)}.");
            if (!AreWeights(document, signature.Targets.Count))
                throw new CorruptArtifactException(
                    $"ENSEMBLE: {ModelFile} must have at each of its ascending leads, from 1 on, weights of {signature.Targets.Count} "
                    + $"targets and of each member, none below 0 and with the sum 1.");
            return (
                new EnsembleWeights(document.Leads, document.Weights),
                [.. document.References.Select(r => Load(r, signature, files, families))]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or ArgumentNullException)
        {
            throw new CorruptArtifactException($"ENSEMBLE: {ModelFile} is malformed: {e.Message}", e);
        }
    }

    private static EnsembleReference Load(
        Reference reference,
        ModelSignature signature,
        IReadOnlyDictionary<string, byte[]> files,
        IReadOnlyList<IForecasterFamily> families)
    {
        var folder = Folder(reference.ModelType);
        var family = families.FirstOrDefault(f => f.ModelType == reference.ModelType)
            ?? throw new CorruptArtifactException($"ENSEMBLE: {ModelFile} has a reference '{reference.ModelType}', which is none.");
        var its = signature with
        {
            ModelType = reference.ModelType,
            Inputs = reference.Inputs,
            InputLength = reference.InputLen,
            Horizon = reference.Horizon,
            LeadFromEndOfTrain = false,
            Ahead = null,
        };
        return new EnsembleReference(
            family.Load(
                its,
                reference.Hyperparameters,
                files.Where(f => f.Key.StartsWith(folder, StringComparison.Ordinal))
                    .ToDictionary(f => f.Key[folder.Length..], f => f.Value, StringComparer.Ordinal)),
            reference.Hyperparameters);
    }

    private static bool AreWeights(Document document, int targets)
    {
        var (leads, members) = (document.Leads, document.Runs.Length + document.References.Length);
        return leads.Length > 0
            && leads[0] == 1
            && leads.Zip(leads.Skip(1)).All(pair => pair.First < pair.Second)
            && document.Weights.Length == leads.Length
            && Array.TrueForAll(document.Weights, knot => knot.Length == targets && Array.TrueForAll(knot, AreOfOne));

        bool AreOfOne(double[] target) =>
            target.Length == members && Array.TrueForAll(target, w => w >= 0) && Math.Abs(target.Sum() - 1) <= Rounding;
    }

    private static string Folder(string modelType) => $"references/{modelType}/";

    private sealed record Document(string ModelType, int[] Leads, string[] Runs, Reference[] References, double[][][] Weights);

    private sealed record Reference(
        string ModelType, JsonObject Hyperparameters, IReadOnlyList<string> Inputs, int InputLen, int Horizon)
    {
        public static Reference Of(ModelSignature signature, JsonObject hyperparameters) => new(
            signature.ModelType,
            (JsonObject)hyperparameters.DeepClone(),
            signature.Inputs,
            signature.InputLength,
            signature.Horizon);
    }
}
