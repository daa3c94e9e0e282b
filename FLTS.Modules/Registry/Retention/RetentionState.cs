using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Retention;

/// <summary>Everything that decides what is in use, read in one look.</summary>
internal sealed record RetentionState
{
    /// <summary>Runs that are not pruned.</summary>
    public IReadOnlyList<RetainedRun> Runs { get; init; } = [];

    /// <summary>Processed data that is ready, or on its way there.</summary>
    public IReadOnlyList<RetainedData> Data { get; init; } = [];

    /// <summary>Versions of sources whose bytes are there.</summary>
    public IReadOnlyList<SourceRow> Sources { get; init; } = [];

    /// <summary>Lines of all identifiers.</summary>
    public IReadOnlyList<RetainedChampion> Ledger { get; init; } = [];

    /// <summary>Runs that answer with others.</summary>
    public IReadOnlyList<RunMemberRow> Members { get; init; } = [];

    /// <summary>Runs of pipelines and backtests that have not ended, and those that are scored live.</summary>
    public IReadOnlySet<RunId> WorkedOn { get; init; } = new HashSet<RunId>();

    /// <summary>Data of pipelines that have not ended.</summary>
    public IReadOnlySet<ConfigHash> WorkedOnData { get; init; } = new HashSet<ConfigHash>();

    /// <summary>What was seen to be out of use before.</summary>
    public IReadOnlyList<RetentionMarkRow> Marks { get; init; } = [];

    /// <summary>Up to which end of a run epochs are thinned.</summary>
    public DateTimeOffset? EpochsThinnedTo { get; init; }
}

/// <summary>A run, as far as its retention goes.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="ConfigHash">Its data.</param>
/// <param name="Identifier">Whose it is.</param>
/// <param name="ModelType">Its type.</param>
/// <param name="Status">Its status.</param>
/// <param name="EndedAt">Null: it has not.</param>
/// <param name="Skill">
/// Its <c>test_skill</c>, which alone of its measures is one between different data; null: the evaluator has none.
/// </param>
/// <param name="Bytes">Of its artifacts, as its manifest lists them.</param>
/// <param name="Epochs">That it was trained for; 0 where a model has none.</param>
internal sealed record RetainedRun(
    RunId RunId,
    ConfigHash ConfigHash,
    Identifier Identifier,
    string ModelType,
    RunStatus Status,
    DateTimeOffset? EndedAt,
    double? Skill,
    long Bytes,
    int Epochs);

/// <summary>Processed data, as far as its retention goes.</summary>
/// <param name="ConfigHash">Its id.</param>
/// <param name="Identifier">Whose it is.</param>
/// <param name="Status">Its status.</param>
/// <param name="Since">When it was prepared, or asked for.</param>
/// <param name="Sources">SHA-256 of the files that it is made of.</param>
internal sealed record RetainedData(
    ConfigHash ConfigHash, Identifier Identifier, DatasetStatus Status, DateTimeOffset Since, IReadOnlyList<string> Sources);

/// <summary>A line of the ledger of an identifier.</summary>
internal sealed record RetainedChampion(Identifier Identifier, int Version, RunId RunId, bool IsRollback);
