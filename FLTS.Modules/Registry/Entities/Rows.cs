
namespace FLTS.Modules.Registry.Entities;

/// <summary>
/// A step that one worker at a time may do. The token rises at every take-over; every transition is <c>WHERE lease_token = mine</c>.
/// </summary>
internal interface ILeased
{
    /// <summary>0 until the first take-over.</summary>
    long LeaseToken { get; set; }

    /// <summary>Process that holds it; null when free.</summary>
    string? LeaseOwner { get; set; }

    /// <summary>Milliseconds since the Unix epoch by the database's clock; the lease expires 10 s after it.</summary>
    long? LeaseHeartbeat { get; set; }

    /// <summary>Tries that could not go on and are repeated.</summary>
    int Tries { get; set; }

    /// <summary>
    /// Those of them that ended in something unforeseen; at three the step fails for good. 0 again when it succeeds or is asked for again.
    /// </summary>
    int Faults { get; set; }

    /// <summary>Times a worker died holding the lease; at three the step fails for good.</summary>
    int Deaths { get; set; }

    /// <summary>Not tried again before this time; null: at once.</summary>
    DateTimeOffset? NextAttemptAt { get; set; }

    /// <summary>Last error, in a sentence.</summary>
    string? Error { get; set; }
}

/// <summary>A version of a source file; the newest version of a name and part is the one in use.</summary>
internal sealed class SourceRow
{
    public required DatasetName Name { get; set; }

    /// <summary><c>train</c> or <c>test</c>.</summary>
    public required string Part { get; set; }

    public required int Version { get; set; }

    public required string Sha256 { get; set; }

    public required long Size { get; set; }

    public required DateTimeOffset RegisteredAt { get; set; }
}

/// <summary>Processed data, addressed by <c>config_hash</c>.</summary>
internal sealed class DatasetRow : ILeased
{
    public required ConfigHash ConfigHash { get; set; }

    public required Identifier Identifier { get; set; }

    /// <summary>Name of the source dataset.</summary>
    public required DatasetName SourceName { get; set; }

    /// <summary>The preprocess config as canonical JSON: what <see cref="ConfigHash"/> is the hash of.</summary>
    public required string Config { get; set; }

    public DatasetStatus Status { get; set; }

    public long LeaseToken { get; set; }

    public string? LeaseOwner { get; set; }

    public long? LeaseHeartbeat { get; set; }

    public int Tries { get; set; }

    public int Faults { get; set; }

    public int Deaths { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? Error { get; set; }

    public int? TrainRows { get; set; }

    public int? TestRows { get; set; }

    /// <summary>JSON array of all column names.</summary>
    public string? Columns { get; set; }

    public string? TrainSha256 { get; set; }

    public string? TestSha256 { get; set; }

    public string? MetaSha256 { get; set; }

    /// <summary>JSON: counts and warnings of the dataset's report.</summary>
    public string? Report { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>One training; identity (<c>config_hash</c>, <c>model_type</c>, <c>params_hash</c>, <c>generation</c>).</summary>
internal sealed class RunRow : ILeased
{
    public required RunId RunId { get; set; }

    public required ConfigHash ConfigHash { get; set; }

    public required Identifier Identifier { get; set; }

    public required string ModelType { get; set; }

    public required ParamsHash ParamsHash { get; set; }

    public required int Generation { get; set; }

    /// <summary>Complete hyperparameters as canonical JSON.</summary>
    public required string Params { get; set; }

    public RunCause Cause { get; set; }

    /// <summary>The run in whose place this one was made; null where it was not made for another.</summary>
    public RunId? Replaces { get; set; }

    public RunStatus Status { get; set; }

    /// <summary>Rises with every take-over; artifacts lie under <c>models/run_id/attempt/</c>.</summary>
    public int Attempt { get; set; }

    public long LeaseToken { get; set; }

    public string? LeaseOwner { get; set; }

    public long? LeaseHeartbeat { get; set; }

    public int Tries { get; set; }

    public int Faults { get; set; }

    public int Deaths { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? Error { get; set; }

    public int? Epoch { get; set; }

    public int? Epochs { get; set; }

    public double? EtaSeconds { get; set; }

    /// <summary>SHA-256 of <c>manifest.json</c> of <see cref="Attempt"/>; set when the run succeeds.</summary>
    public string? ManifestSha256 { get; set; }

    /// <summary>JSON: final train and validation metrics.</summary>
    public string? Metrics { get; set; }

    /// <summary>JSON: the evaluator's test metrics; written by nobody else.</summary>
    public string? TestMetrics { get; set; }

    /// <summary>
    /// JSON array of <c>{at, error}</c>: what put it off, such as a store that refused the upload. The attempt to promote it tells them.
    /// </summary>
    public string Postponed { get; set; } = "[]";

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public List<RunEpochRow> EpochHistory { get; set; } = [];

    public List<RunArtifactRow> Artifacts { get; set; } = [];
}

/// <summary>Losses and metrics of one epoch.</summary>
internal sealed class RunEpochRow
{
    public required RunId RunId { get; set; }

    public required int Epoch { get; set; }

    public double TrainLoss { get; set; }

    public double TrainRmse { get; set; }

    public double TrainMae { get; set; }

    public double TrainR2 { get; set; }

    public double? ValLoss { get; set; }

    public double? ValRmse { get; set; }

    public double? ValMae { get; set; }

    public double? ValR2 { get; set; }
}

/// <summary>A file of a succeeded run, as its manifest lists it.</summary>
internal sealed class RunArtifactRow
{
    public required RunId RunId { get; set; }

    public required string Path { get; set; }

    public required long Size { get; set; }

    public required string Sha256 { get; set; }
}

/// <summary>One posted pipeline.</summary>
internal sealed class PipelineRow : ILeased
{
    public required PipelineId PipelineId { get; set; }

    public required ConfigHash ConfigHash { get; set; }

    public required Identifier Identifier { get; set; }

    /// <summary>Rises with every pipeline of the identifier; an older one cannot replace a newer one's champion.</summary>
    public required long Sequence { get; set; }

    /// <summary>Name of the source dataset.</summary>
    public required DatasetName Dataset { get; set; }

    /// <summary>JSON array of model types, in order.</summary>
    public required string ExpectedModelTypes { get; set; }

    /// <summary>JSON: the evaluation policy.</summary>
    public required string Evaluation { get; set; }

    public PipelineStatus Status { get; set; }

    /// <summary>Rises whenever other runs are put in or the pipeline is run again; what was evaluated before cannot end it then.</summary>
    public int Revision { get; set; }

    /// <summary><see cref="AttemptTrigger.Event"/>, or <see cref="AttemptTrigger.Rerun"/> once it was run again by hand.</summary>
    public AttemptTrigger Trigger { get; set; }

    /// <summary>What it waits for, in a sentence; null when it waits for nothing.</summary>
    public string? WaitingReason { get; set; }

    public DateTimeOffset? WaitingSince { get; set; }

    public long LeaseToken { get; set; }

    public string? LeaseOwner { get; set; }

    public long? LeaseHeartbeat { get; set; }

    public int Tries { get; set; }

    public int Faults { get; set; }

    public int Deaths { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? Error { get; set; }

    /// <summary>The attempt that ended it.</summary>
    public AttemptId? AttemptId { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? EvaluationStartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public List<PipelineRunRow> Runs { get; set; } = [];
}

/// <summary>Which run a pipeline uses for a model type.</summary>
internal sealed class PipelineRunRow
{
    public required PipelineId PipelineId { get; set; }

    public required string ModelType { get; set; }

    public required RunId RunId { get; set; }
}

/// <summary>A scoreboard, kept whole.</summary>
internal sealed class ScoreboardRow
{
    public required ScoreboardId ScoreboardId { get; set; }

    public required ConfigHash ConfigHash { get; set; }

    public required Identifier Identifier { get; set; }

    public PipelineId? PipelineId { get; set; }

    /// <summary>JSON, as the API answers it.</summary>
    public required string Board { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
}

/// <summary>One try to promote: the story an operator reads.</summary>
internal sealed class PromotionAttemptRow
{
    public required AttemptId AttemptId { get; set; }

    /// <summary>Unique: an automatic promotion is identified by its candidates, policy and the champion's version.</summary>
    public required string IdempotencyKey { get; set; }

    public required ConfigHash ConfigHash { get; set; }

    public required Identifier Identifier { get; set; }

    public PipelineId? PipelineId { get; set; }

    public required long Sequence { get; set; }

    public AttemptTrigger Trigger { get; set; }

    /// <summary>Null until it has ended or is blocked.</summary>
    public AttemptOutcome? Outcome { get; set; }

    public string? Reason { get; set; }

    /// <summary>JSON array of <c>{model_type, reason}</c>.</summary>
    public string Missing { get; set; } = "[]";

    /// <summary>JSON array of <c>{at, error}</c>.</summary>
    public string Tries { get; set; } = "[]";

    /// <summary>JSON array of run ids.</summary>
    public string Candidates { get; set; } = "[]";

    /// <summary>
    /// JSON: the evaluation policy in force. Attempts by hand of before <see cref="Request"/> had a column keep
    /// it, and what answered, in here.
    /// </summary>
    public string Policy { get; set; } = "{}";

    /// <summary>What was asked by hand, in canonical JSON; null otherwise.</summary>
    public string? Request { get; set; }

    /// <summary>The concluded attempt that answered what was asked; null where it was evaluated itself.</summary>
    public AttemptId? AnsweredBy { get; set; }

    public RunId? SelectedRunId { get; set; }

    public ScoreboardId? ScoreboardId { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public long? DurationMs { get; set; }
}

/// <summary>Append-only ledger: the highest version of an identifier is in force.</summary>
internal sealed class ChampionRow
{
    public required Identifier Identifier { get; set; }

    public required int Version { get; set; }

    public required RunId RunId { get; set; }

    public required string ModelType { get; set; }

    public required ConfigHash ConfigHash { get; set; }

    /// <summary>Sequence of the pipeline that won; a lower one arriving later is superseded.</summary>
    public required long Sequence { get; set; }

    /// <summary>Unique: an attempt promotes at most once.</summary>
    public required AttemptId AttemptId { get; set; }

    /// <summary>JSON of the promotion pointer; the pointer files are written from it.</summary>
    public required string Pointer { get; set; }

    public required DateTimeOffset Since { get; set; }
}
