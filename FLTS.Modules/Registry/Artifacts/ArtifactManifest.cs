using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Registry.Artifacts;

/// <summary>
/// <c>manifest.json</c> of a run's attempt, written last: what is stored, and what is needed to load and trust it. Snake_case JSON.
/// </summary>
internal sealed record ArtifactManifest(
    RunId RunId,
    int Attempt,
    string ModelType,
    ConfigHash ConfigHash,
    ParamsHash ParamsHash,
    Identifier Identifier,
    JsonObject Hyperparameters,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Targets,
    int InputLen,
    int Horizon,
    double StepSeconds,
    bool LeadFromEndOfTrain,
    ManifestSpan? Fitted,
    ManifestSpan? Validated,
    GoldenPrediction Golden,
    JsonObject? Diagnostics,
    IReadOnlyDictionary<string, string> Versions,
    IReadOnlyList<ManifestFile> Files,
    IReadOnlyList<string>? KnownAhead = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonObject? Step = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ManifestMember>? Members = null)
{
    /// <summary>What the stored model needs and gives.</summary>
    public ModelSignature Signature() =>
        new(ModelType, Inputs, Targets, InputLen, Horizon, SeriesStep.FromJson(StepSeconds, Step), LeadFromEndOfTrain, KnownAhead);
}

/// <summary>A run that the model asks when it is asked: loaded and verified with it, or neither is.</summary>
internal sealed record ManifestMember(RunId RunId, int Attempt, string ModelType, string ManifestSha256);

/// <summary>What a run's row keeps of its manifest.</summary>
/// <param name="Sha256">Of the manifest.</param>
/// <param name="Files">That it lists.</param>
/// <param name="Members">That it names.</param>
internal sealed record StoredManifest(string Sha256, IReadOnlyList<ManifestFile> Files, IReadOnlyList<ManifestMember> Members)
{
    public static StoredManifest Of(string sha256, ArtifactManifest manifest) => new(sha256, manifest.Files, manifest.Members ?? []);
}

/// <summary>A stored file, its path relative to the manifest.</summary>
internal sealed record ManifestFile(string Path, long Size, string Sha256);

/// <summary>First and last timestamp of train rows, and how many.</summary>
internal sealed record ManifestSpan(DateTime From, DateTime To, int Rows);

/// <summary>
/// A forecast made right after training: whoever loads the model repeats it on the same train rows and compares.
/// </summary>
/// <param name="OriginRow">Row of the dataset's train part the forecast starts after.</param>
/// <param name="Values">[H][M] on the dataset's scale; H is the model's own horizon.</param>
/// <param name="Tolerance">Largest difference allowed, as a share of the target's range in train.</param>
internal sealed record GoldenPrediction(int OriginRow, double[][] Values, double Tolerance);
