using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Runs;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Shape of a scoreboard. Older ones lack what was not judged yet when they were made.</summary>
internal sealed record ScoreboardShape
{
    public required ScoreboardId ScoreboardId { get; init; }

    public required ConfigHash ConfigHash { get; init; }

    public required Identifier Identifier { get; init; }

    /// <summary>Rows of the test part that were forecast.</summary>
    public required int ScoredRows { get; init; }

    /// <summary>Rows that could not be, because of gaps.</summary>
    public required int SkippedRows { get; init; }

    /// <summary>Steps forecast from every origin.</summary>
    public required int EvaluationHorizon { get; init; }

    /// <summary>Weight of each error in a score.</summary>
    public required IReadOnlyDictionary<string, double> Weights { get; init; }

    /// <summary>Weight of each target.</summary>
    public required IReadOnlyDictionary<string, double> TargetWeights { get; init; }

    /// <summary>What decides: the score, or bands of leads.</summary>
    public string? Decision { get; init; }

    /// <summary>Bands that decided.</summary>
    public IReadOnlyList<string>? DecidedBands { get; init; }

    /// <summary>What the gate compared; null: there was no champion.</summary>
    public JsonObject? Margin { get; init; }

    /// <summary>Best first; references and the champion beside the candidates.</summary>
    public required IReadOnlyList<ScoreboardEntryShape> Entries { get; init; }
}

/// <summary>Shape of a line of a scoreboard; numbers are null where they are not defined.</summary>
internal sealed record ScoreboardEntryShape
{
    /// <summary>From 1; null: it takes no part.</summary>
    public int? Rank { get; init; }

    /// <summary>candidate, reference or champion.</summary>
    public required string Kind { get; init; }

    public required string ModelType { get; init; }

    public RunId? RunId { get; init; }

    public double? Score { get; init; }

    /// <summary>What decided.</summary>
    public double? DecisionScore { get; init; }

    public double? Rmse { get; init; }

    public double? Mae { get; init; }

    public double? Mse { get; init; }

    public double? R2 { get; init; }

    /// <summary>Share of NAIVE's error that is saved.</summary>
    public double? Skill { get; init; }

    public double? Mase { get; init; }

    /// <summary>Why it was not scored; null: it was.</summary>
    public string? NotApplicable { get; init; }

    /// <summary>By how much it trails, in words; null: it does not.</summary>
    public string? Lead { get; init; }

    /// <summary>Whether it is worse than the best reference; null: not asked.</summary>
    public bool? BelowBaseline { get; init; }

    /// <summary>Why a number is not defined.</summary>
    public string? Undefined { get; init; }

    public IReadOnlyDictionary<string, TargetScoreShape>? PerTarget { get; init; }

    public IReadOnlyList<StepScoreShape>? PerStep { get; init; }

    public IReadOnlyList<BandShape>? Bands { get; init; }

    /// <summary>Bands that could not be judged, with the reason.</summary>
    public IReadOnlyDictionary<string, string>? NotJudged { get; init; }

    public IReadOnlyList<LeadShape>? Leads { get; init; }
}

/// <summary>Shape of the scores of a target; original: in its own unit.</summary>
internal sealed record TargetScoreShape
{
    public int? Cells { get; init; }

    /// <summary>It does not move in train: it takes no part in what is pooled.</summary>
    public bool? Flat { get; init; }

    public double? Mse { get; init; }

    public double? Rmse { get; init; }

    public double? Mae { get; init; }

    public double? R2 { get; init; }

    public double? Skill { get; init; }

    public double? Mase { get; init; }

    public IReadOnlyDictionary<string, double?>? Original { get; init; }

    public string? Undefined { get; init; }
}

/// <summary>Shape of the errors at a step.</summary>
internal sealed record StepScoreShape(int Step, int Cells, double? Rmse, double? Mae, double? Mse);

/// <summary>Shape of the policy of an evaluation, as far as it was told.</summary>
internal sealed record PolicyShape
{
    public int? EvaluationHorizon { get; init; }

    public IReadOnlyDictionary<string, double>? TargetWeights { get; init; }

    public int? MinCandidates { get; init; }

    public double? MinImprovement { get; init; }

    public PromotionRule? PromotionPolicy { get; init; }

    public BaselineGate? BaselineGate { get; init; }

    public IReadOnlyDictionary<string, double>? Weights { get; init; }

    public bool? AutoRetrainInvalid { get; init; }

    public DecisionRule? Decision { get; init; }

    /// <summary>What a person asked for.</summary>
    public JsonObject? Request { get; init; }
}

/// <summary>Shape of the body of <c>POST /promote</c>: one of the first three says what.</summary>
internal sealed record PromoteBody
{
    public string? ConfigHash { get; init; }

    public string? PipelineId { get; init; }

    /// <summary>1 to 100 runs of one config_hash.</summary>
    public IReadOnlyList<string>? RunIds { get; init; }

    public string? Identifier { get; init; }

    /// <summary>The gate is overridden.</summary>
    public bool? Force { get; init; }

    /// <summary>Nothing is stored.</summary>
    public bool? DryRun { get; init; }

    /// <summary>1 to 500 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>Shape of the body of <c>POST /champions/{identifier}/rollback</c>.</summary>
internal sealed record RollbackBody
{
    /// <summary>Default: the newest earlier one that was not itself rolled back.</summary>
    public int? ToVersion { get; init; }

    /// <summary>1 to 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Nothing is stored.</summary>
    public bool? DryRun { get; init; }
}
