using FLTS.Modules.Registry.Artifacts;

namespace FLTS.Tests.Registry;

/// <summary>Tests of what was stored look into the store.</summary>
internal static class ArtifactReading
{
    public static Task<StoredModel> OpenAsync(
        this IArtifactStore artifacts, RunId runId, int attempt, string manifestSha256, CancellationToken cancellation) =>
        artifacts.OpenAsync(runId, attempt, manifestSha256, ArtifactSource.Store, cancellation);
}
