using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Evaluation.Gate;

/// <summary>What is decided, and why.</summary>
internal sealed record Decision(AttemptOutcome Outcome, RunId? SelectedRunId, string Reason, bool BelowBaseline)
{
    /// <summary>Of the best candidate over the champion; null where they were not compared.</summary>
    public Margin? Margin { get; init; }
}
