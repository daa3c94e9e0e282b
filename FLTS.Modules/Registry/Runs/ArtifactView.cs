using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Runs;

/// <summary>A file of a run; its size in bytes.</summary>
internal sealed record ArtifactView(string Path, long Size, string Sha256)
{
    public static ArtifactView Of(RunArtifactRow row) => new(row.Path, row.Size, row.Sha256);
}
