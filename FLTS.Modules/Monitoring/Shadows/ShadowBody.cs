namespace FLTS.Modules.Monitoring.Shadows;

/// <summary>Shape of the body of <c>POST /runs/{run_id}/shadow</c>.</summary>
internal sealed record ShadowBody
{
    /// <summary>It is only said whether that can be.</summary>
    public bool? DryRun { get; init; }
}
