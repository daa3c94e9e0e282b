namespace FLTS.Modules.Registry.Runs;

/// <summary>A file of a run; its size in bytes.</summary>
internal sealed record ArtifactView(string Path, long Size, string Sha256);
