using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>How an evaluation ends its pipeline.</summary>
internal sealed record PipelineEnd(PipelineStatus Status, string? Error, DateTimeOffset At)
{
    /// <summary>The end that follows from an attempt's outcome.</summary>
    public static PipelineEnd Of(AttemptOutcome outcome, string reason, DateTimeOffset at) => outcome switch
    {
        AttemptOutcome.Promoted => new PipelineEnd(PipelineStatus.Promoted, null, at),
        AttemptOutcome.KeptChampion => new PipelineEnd(PipelineStatus.KeptChampion, null, at),
        AttemptOutcome.BelowBaseline => new PipelineEnd(PipelineStatus.BelowBaseline, null, at),
        AttemptOutcome.Superseded => new PipelineEnd(PipelineStatus.Superseded, null, at),
        _ => new PipelineEnd(PipelineStatus.Failed, reason, at),
    };
}
