using System.Diagnostics.Metrics;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>Counts the attempts to promote of this process. What is in force is told by the Registry, from the ledger.</summary>
internal sealed class PromotionMetrics
{
    private readonly LabelledCounter _attempts;
    private readonly Histogram<double> _duration;

    public PromotionMetrics(IMeterFactory meters, Histograms histograms)
    {
        var meter = meters.Create(FltsTelemetry.MeterOf("Evaluation"));
        _attempts = new LabelledCounter(
            meter,
            "flts_promotion_attempts_total",
            "Attempts to promote that ended or were blocked here, by outcome and by who asked for them.",
            ["outcome", "trigger"],
            from outcome in Enum.GetValues<AttemptOutcome>()
            from trigger in Enum.GetValues<AttemptTrigger>()
            select new[] { SnakeCase.Of(outcome), SnakeCase.Of(trigger) });
        _duration = histograms.Seconds(
            meter, "flts_promotion_duration_seconds", "Seconds from the beginning of an evaluation to its decision.");
    }

    /// <summary>An attempt has ended, or is blocked.</summary>
    public void Count(AttemptOutcome outcome, AttemptTrigger trigger) => _attempts.Add(1, SnakeCase.Of(outcome), SnakeCase.Of(trigger));

    /// <param name="seconds">That one evaluation took.</param>
    public void Evaluated(double seconds) => _duration.Record(seconds);
}
