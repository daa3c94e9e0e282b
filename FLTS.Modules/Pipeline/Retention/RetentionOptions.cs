using System.ComponentModel.DataAnnotations;

namespace FLTS.Modules.Pipeline.Retention;

/// <summary>Section <c>Retention</c>: what is kept for how long. Measurements and the ledger are always kept.</summary>
internal sealed record RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>
    /// Whether anything is pruned; false by default. <c>GET /retention/plan</c> shows what would be, whether it is or not.
    /// </summary>
    public bool Enabled { get; init; }

    /// <summary>
    /// Days between the moment at which something is seen to be out of use and its removal; whoever uses it again in between keeps it.
    /// 0.05 to 3650, default 7. Not less: whoever begins to use something has that long to write it down.
    /// </summary>
    [Range(0.05, 3650)]
    public double GraceDays { get; init; } = 7;

    /// <summary>Days after its end for which a run that succeeded keeps its artifacts in any case; 0 to 36500, default 30.</summary>
    [Range(0, 36_500)]
    public double RunDays { get; init; } = 30;

    /// <summary>
    /// The same of a run that failed, was cancelled, or whose artifacts are corrupt; 0 to 36500, default 7.
    /// </summary>
    [Range(0, 36_500)]
    public double FailedRunDays { get; init; } = 7;

    /// <summary>
    /// Days for which source files that no kept data is made of, and processed data that no kept run stands on, are kept; 0 to 36500,
    /// default 30.
    /// </summary>
    [Range(0, 36_500)]
    public double SourceDays { get; init; } = 30;

    /// <summary>
    /// Days after its end from which on a run keeps its first, its last, its best and every tenth epoch only; 0 to 36500, default 90.
    /// </summary>
    [Range(0, 36_500)]
    public double EpochDays { get; init; } = 90;

    /// <summary>
    /// Runs of an identifier that keep their artifacts because no others have a higher test_skill; 0 to 10000, default 3.
    /// </summary>
    [Range(0, 10_000)]
    public int BestRuns { get; init; } = 3;

    /// <summary>Versions that one can roll back to whose models are kept beside the champion; 1 to 10000, default 3.</summary>
    [Range(1, 10_000)]
    public int RollbackVersions { get; init; } = 3;

    /// <summary>Minutes between two looks at what is out of use; 1 to 10080, default 60.</summary>
    [Range(1, 10_080)]
    public double IntervalMinutes { get; init; } = 60;
}
