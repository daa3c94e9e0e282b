using System.Text.Json;
using FLTS.Forecasting.Metrics;
using MassTransit;

namespace FLTS.Modules.Contracts;

// Every event, in flow order. Public, because MassTransit gives non-public messages weaker exchanges.
// A message is a wake-up call, never the record: whoever receives it looks at the rows.

/// <summary>Claim check: where an object lies and what its bytes hash to.</summary>
public sealed record ObjectReference(string Bucket, string Key, string Sha256);

/// <summary>Processed data is stored, verified and recorded.</summary>
[EntityName("training-data")]
public sealed record DatasetReady(
    ConfigHash ConfigHash,
    Identifier Identifier,
    PipelineId? PipelineId,
    ObjectReference Train,
    ObjectReference Test,
    ObjectReference Meta,
    int TrainRows,
    int TestRows,
    IReadOnlyList<string> Columns);

/// <summary>The test part is stored; a batch forecast may run on it.</summary>
[EntityName("inference-data")]
public sealed record InferenceDataReady(ConfigHash ConfigHash, Identifier Identifier, ObjectReference Test, int TestRows);

/// <summary>A run changed: <c>RUNNING</c>, <c>SUCCESS</c> or <c>FAILED</c>.</summary>
[EntityName("model-training")]
public sealed record ModelTraining(
    RunId RunId,
    string ModelType,
    ConfigHash ConfigHash,
    ParamsHash ParamsHash,
    Identifier Identifier,
    string Status,
    string? Error);

/// <summary>A champion is in force; the body is the promotion pointer.</summary>
[EntityName("model-selected")]
public sealed record ModelSelected(PromotionPointer Pointer);

/// <summary>Forecasts of a span were compared with what came true; <c>GET /backtests/{id}</c> has the result.</summary>
[EntityName("performance-eval")]
public sealed record ForecastScored(
    BacktestId BacktestId,
    Identifier Identifier,
    RunId RunId,
    string ModelType,
    string From,
    string To,
    int ScoredRows,
    double? MatchedShare,
    double? Rmse,
    double? Mae);

/// <summary>
/// Rows of a dataset were measured. It carries them, and is the one message that is a record; the same again changes nothing.
/// </summary>
/// <param name="Dataset">Its name.</param>
/// <param name="Rows">As <c>POST /datasets/{name}/rows</c> takes them: a JSON array of rows, or a CSV with a header as text.</param>
[EntityName("measurements")]
public sealed record MeasurementsArrived(DatasetName Dataset, JsonElement Rows);

/// <summary>Rows of a dataset were taken into the log; <paramref name="Newest"/> is the newest time that is known of it.</summary>
[EntityName("measurements-stored")]
public sealed record MeasurementsStored(DatasetName Dataset, DateTimeOffset Newest);

/// <summary>What the pointer files hold (FORECASTING.md 7).</summary>
public sealed record PromotionPointer(
    Identifier Identifier,
    ConfigHash ConfigHash,
    RunId RunId,
    string ModelType,
    string ModelUri,
    double? Rmse,
    double? Mae,
    double? Mse,
    double? Score,
    ScoreWeights Weights,
    DateTimeOffset Timestamp,
    AttemptId AttemptId,
    int Version);
