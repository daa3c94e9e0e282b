namespace FLTS.Modules.Registry.Artifacts;

/// <summary>A model cannot be loaded because one of its members cannot: neither may be used again.</summary>
internal sealed class CorruptMemberException(RunId member, string message, Exception inner) : CorruptArtifactException(message, inner)
{
    /// <summary>The member's run.</summary>
    public RunId Member { get; } = member;
}
