namespace FLTS.Modules.Registry.Schema;

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

/// <summary>Why a generation of a run was made.</summary>
internal enum RunCause
{
    /// <summary>A pipeline was posted.</summary>
    Request,

    /// <summary>A person asked for it again.</summary>
    Rerun,

    /// <summary>The stored artifact of the one before was corrupt. Such a run is not trained a second time for that reason.</summary>
    Invalid,
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
    /// <summary>A message said that the last run had ended.</summary>
    Event,

    /// <summary><c>POST /promote</c>.</summary>
    Manual,

    /// <summary>The Reconciler found it in the rows.</summary>
    Reconcile,

    /// <summary>The pipeline, or a run of it, was run again by hand.</summary>
    Rerun,

    /// <summary><c>POST /champions/{identifier}/rollback</c>.</summary>
    Rollback,

    /// <summary>Live errors said that the version before is better: a rollback that nobody asked for.</summary>
    Live,
}

internal enum AttemptOutcome
{
    Promoted,
    KeptChampion,
    BelowBaseline,

    /// <summary>The winner is too far off to be served.</summary>
    Implausible,
    Superseded,
    Blocked,
    Failed,
}

internal enum BacktestStatus
{
    Queued,
    Running,

    /// <summary>Scored; its line in the inference log is not written yet.</summary>
    Storing,
    Succeeded,
    Failed,
}

/// <summary>Why a model is scored live.</summary>
internal enum LiveRole
{
    /// <summary>It is in force.</summary>
    Champion,

    /// <summary>The version that a rollback would go back to.</summary>
    Previous,

    /// <summary>Somebody put it beside the champion.</summary>
    Shadow,

    /// <summary>The best of the references on the champion's scoreboard.</summary>
    Reference,

    /// <summary>EWMA, which drift is measured against.</summary>
    Baseline,
}

internal enum ScheduleOrigin
{
    /// <summary><c>PUT /schedules/{name}</c>.</summary>
    Api,

    /// <summary>The section <c>Schedules</c>.</summary>
    Settings,
}

/// <summary>What is done when a due time comes while the schedule's last pipeline is unfinished.</summary>
internal enum ScheduleOverlap
{
    Skip,
    Allow,
}

internal enum FireOutcome
{
    /// <summary>It is due, and nothing has come of it yet.</summary>
    Waiting,

    /// <summary>Its pipeline is unfinished.</summary>
    Started,

    /// <summary>Its pipeline came to a decision, or was cancelled.</summary>
    Finished,

    /// <summary>It could not be started, or its pipeline failed.</summary>
    Failed,

    /// <summary>The same data and options are a pipeline that exists already.</summary>
    SkippedNoData,

    /// <summary>The last pipeline of the schedule was unfinished.</summary>
    SkippedOverlap,

    /// <summary>No process looked before the next due time came.</summary>
    Missed,
}

/// <summary>What can be pruned.</summary>
internal enum RetentionKind
{
    /// <summary>The artifacts of a run.</summary>
    Run,

    /// <summary>Processed data.</summary>
    Data,

    /// <summary>A source file, by the SHA-256 of its bytes.</summary>
    Source,

    /// <summary>What the store alone is told about an identifier: pointer files and inference logs. Removed by a reset only.</summary>
    Identifier,
}

internal enum BaselineStatus
{
    Queued,
    Running,
    Succeeded,
    Failed,
}

/// <summary>What was noticed of a station that is watched (FORECASTING.md 9).</summary>
internal enum DriftKind
{
    /// <summary>The champion's errors have grown beside EWMA's.</summary>
    Drift,

    /// <summary>Its intervals hold more, or less, than they promise.</summary>
    Coverage,

    /// <summary>Its rows come later than usual.</summary>
    Stale,

    /// <summary>So many rows are new that it is to be trained again.</summary>
    Rows,

    /// <summary>The version before is better, by evidence.</summary>
    Worse,

    /// <summary>The version before is better by far, in one hour.</summary>
    Gross,
}

/// <summary>What is done about it.</summary>
internal enum DriftAction
{
    /// <summary>Nothing: the settings say so.</summary>
    None,

    /// <summary>It is said.</summary>
    Alarm,

    /// <summary>A pipeline is started.</summary>
    Retrain,

    /// <summary>The version before is put in force again.</summary>
    Rollback,
}
