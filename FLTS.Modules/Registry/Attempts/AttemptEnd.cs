using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore.Query;

namespace FLTS.Modules.Registry.Attempts;

/// <summary>The columns in which an attempt's row tells how it ended.</summary>
internal sealed record AttemptEnd(AttemptConclusion Conclusion, string Tries, DateTimeOffset EndedAt, long DurationMs)
{
    /// <summary>The end of an attempt at a moment.</summary>
    public static AttemptEnd Of(PromotionAttemptRow attempt, AttemptConclusion conclusion, DateTimeOffset now) =>
        new(conclusion, Refusals.Add(attempt.Tries, conclusion.Refusals), now, (long)(now - attempt.CreatedAt).TotalMilliseconds);

    /// <summary>Ends a row that is not stored yet.</summary>
    public void ApplyTo(PromotionAttemptRow attempt)
    {
        attempt.Outcome = Conclusion.Outcome;
        attempt.Reason = Conclusion.Reason;
        attempt.Missing = Conclusion.Missing;
        attempt.Tries = Tries;
        attempt.SelectedRunId = Conclusion.SelectedRunId;
        attempt.ScoreboardId = Conclusion.Scoreboard?.ScoreboardId;
        (attempt.MarginLogRatio, attempt.MarginStandardError) = (Conclusion.Margin?.LogRatio, Conclusion.Margin?.StandardError);
        attempt.EndedAt = EndedAt;
        attempt.DurationMs = DurationMs;
    }

    /// <summary>The same for a row that is stored.</summary>
    public Action<UpdateSettersBuilder<PromotionAttemptRow>> Setters()
    {
        var (selected, scoreboard) = (Conclusion.SelectedRunId, Conclusion.Scoreboard?.ScoreboardId);
        var (logRatio, standardError) = (Conclusion.Margin?.LogRatio, Conclusion.Margin?.StandardError);
        return set => set
            .SetProperty(a => a.Outcome, Conclusion.Outcome)
            .SetProperty(a => a.Reason, Conclusion.Reason)
            .SetProperty(a => a.Missing, Conclusion.Missing)
            .SetProperty(a => a.Tries, Tries)
            .SetProperty(a => a.SelectedRunId, selected)
            .SetProperty(a => a.ScoreboardId, scoreboard)
            .SetProperty(a => a.MarginLogRatio, logRatio)
            .SetProperty(a => a.MarginStandardError, standardError)
            .SetProperty(a => a.EndedAt, EndedAt)
            .SetProperty(a => a.DurationMs, DurationMs);
    }
}
