namespace FLTS.Modules.Registry.Schema;

/// <summary>What several values of <see cref="AttemptTrigger"/> have in common.</summary>
internal static class AttemptTriggers
{
    /// <summary>Their words, as check constraints list them.</summary>
    public const string Known = "'event', 'manual', 'reconcile', 'rerun', 'rollback', 'live'";

    /// <summary>What went back to a version before, whoever decided it.</summary>
    public static readonly IReadOnlyList<AttemptTrigger> Rollbacks = [AttemptTrigger.Rollback, AttemptTrigger.Live];
}
