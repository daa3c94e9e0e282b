using System.Text.Json;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>A pipeline with its data and runs, the champion in force and the runs that were rolled back from.</summary>
internal sealed record EvaluationInput(
    PipelineRow Pipeline,
    DatasetStatus Dataset,
    IReadOnlyList<RunRow> Runs,
    ChampionRow? Champion,
    RunRow? ChampionRun,
    IReadOnlySet<RunId> RolledBack)
{
    /// <summary>Sequence of the identifier's newest pipeline.</summary>
    public long NewestSequence { get; init; }

    /// <summary>Rows of the data, train and test; 0 where it could not be prepared.</summary>
    public int Rows { get; init; }

    /// <summary>Columns of the data.</summary>
    public int Columns { get; init; }

    /// <summary>
    /// How it was overtaken, in a sentence: something newer is in force, or a newer pipeline made its trainings pointless; null where it
    /// was not.
    /// </summary>
    public string? Overtaken =>
        Champion is { } champion && champion.Sequence > Pipeline.Sequence
            ? $"a newer pipeline (sequence {champion.Sequence}) of this identifier was promoted before this one (sequence "
                + $"{Pipeline.Sequence})"
            : NewestSequence > Pipeline.Sequence && Runs.Any(r => r.Status == RunStatus.Cancelled)
                ? $"a newer pipeline (sequence {NewestSequence}) of this identifier was posted and this one (sequence {Pipeline.Sequence}) "
                    + "was not trained to its end"
                : null;

    /// <summary>
    /// Sequence of a champion that comes of it. A sequence never falls: what superseded an attempt once does so for ever.
    /// </summary>
    public long ChampionSequence => Math.Max(Pipeline.Sequence, Champion?.Sequence ?? 0);

    /// <summary>What an attempt on it is about.</summary>
    public AttemptSubject Subject => new(
        Pipeline.ConfigHash,
        Pipeline.Identifier,
        Pipeline.PipelineId,
        Pipeline.Sequence,
        JsonSerializer.Serialize(Runs.Where(r => r.Status == RunStatus.Succeeded).Select(r => r.RunId.Value).Order(StringComparer.Ordinal)),
        Pipeline.Evaluation);
}
