namespace FLTS.Modules.Registry.Entities;

// Stored and shown as snake_case strings.

internal enum DatasetStatus
{
    Queued,
    Running,
    Ready,
    Failed,
}

internal enum RunStatus
{
    Queued,
    Running,
    Storing,
    Succeeded,
    Failed,
    Cancelled,
    Invalid,
    Pruned,
}

internal enum PipelineStatus
{
    Queued,
    Preprocessing,
    Training,
    Evaluating,
    Blocked,
    Promoted,
    KeptChampion,
    BelowBaseline,
    Superseded,
    Cancelled,
    Failed,
}

internal enum AttemptTrigger
{
    Event,
    Manual,
    Reconcile,
    Rerun,
    Rollback,
}

internal enum AttemptOutcome
{
    Promoted,
    KeptChampion,
    BelowBaseline,
    Superseded,
    Blocked,
    Failed,
}
