namespace FLTS.Modules.Registry.Schema;

/// <summary>The words of <see cref="AttemptTrigger"/> as check constraints list them.</summary>
internal static class AttemptTriggers
{
    public const string Known = "'event', 'manual', 'reconcile', 'rerun', 'rollback', 'live'";
}
