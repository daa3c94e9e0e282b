using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>How an evaluation ends its pipeline.</summary>
internal sealed record PipelineEnd(PipelineStatus Status, string? Error, DateTimeOffset At)
{
    /// <summary>The end that follows from an attempt's outcome.</summary>
    /// <param name="outcome">Of the attempt.</param>
    /// <param name="reason">Of the outcome.</param>
    /// <param name="hasChampion">Whether one stays in force where nothing is promoted.</param>
    /// <param name="at">When it ended.</param>
    public static PipelineEnd Of(AttemptOutcome outcome, string reason, bool hasChampion, DateTimeOffset at) => outcome switch
    {
        AttemptOutcome.Promoted => new PipelineEnd(PipelineStatus.Promoted, null, at),
        AttemptOutcome.KeptChampion => new PipelineEnd(PipelineStatus.KeptChampion, null, at),
        AttemptOutcome.Implausible when hasChampion => new PipelineEnd(PipelineStatus.KeptChampion, null, at),
        AttemptOutcome.BelowBaseline => new PipelineEnd(PipelineStatus.BelowBaseline, null, at),
        AttemptOutcome.Superseded => new PipelineEnd(PipelineStatus.Superseded, null, at),
        _ => new PipelineEnd(PipelineStatus.Failed, reason, at),
    };
}
