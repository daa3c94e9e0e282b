using System.Text.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Preprocessing;

/// <summary>Build, record, publish. Data that is ready is announced again and not built again.</summary>
internal sealed partial class PreprocessService(
    PreprocessStep step,
    DatasetBuilder builder,
    EventPublisher publisher,
    PreprocessingMetrics metrics,
    TimeProvider time,
    ILogger<PreprocessService> logger)
    : StepWork<DatasetRow>(step)
{
    public override async Task SkippedAsync(DatasetRow? row, CancellationToken cancellation)
    {
        if (row is not { Status: DatasetStatus.Ready })
            return;

        LogSkip(logger);
        await AnnounceAsync(row, cancellation);
    }

    public override async Task DoAsync(Execution<DatasetRow> execution)
    {
        var row = execution.Row;
        TakenAwayException.Unless(await step.BeginAsync(execution.Lease, execution.Working));
        FaultPoint.Reach("preprocess.begun");
        LogStart(logger, row.SourceName);
        var clock = time.GetTimestamp();
        var (meta, hashes) = await builder.BuildAsync(DatasetOrder.Of(row), execution.Working);
        if (meta.Config.SampleTrainRows > 0 || meta.Config.SampleTestRows > 0)
            LogSampling(logger, meta.Config.SampleStrategy, meta.TrainRows, meta.TestRows);

        if (meta.Report.FlatColumns.Count > 0)
        {
            metrics.Flat(meta.Report.FlatColumns.Count, row.Identifier);
            LogFlat(logger, string.Join(", ", meta.Report.FlatColumns));
        }

        FaultPoint.Reach("preprocess.before-ready");
        TakenAwayException.Unless(await step.ReadyAsync(execution.Lease, meta, hashes, execution.Working));
        FaultPoint.Reach("preprocess.after-ready");
        var seconds = time.GetElapsedTime(clock).TotalSeconds;
        LogDone(logger, meta.TrainRows, meta.TestRows, seconds);
        await AnnounceAsync(await execution.ReadAsync(), execution.Process);
    }

    private async Task AnnounceAsync(DatasetRow row, CancellationToken cancellation)
    {
        var test = Reference(ObjectKeys.Test(row.ConfigHash), row.TestSha256!);
        await publisher.PublishAsync(
            new DatasetReady(
                row.ConfigHash,
                row.Identifier,
                null,
                Reference(ObjectKeys.Train(row.ConfigHash), row.TrainSha256!),
                test,
                Reference(ObjectKeys.Meta(row.ConfigHash), row.MetaSha256!),
                row.TrainRows ?? 0,
                row.TestRows ?? 0,
                JsonSerializer.Deserialize<List<string>>(row.Columns!)!),
            cancellation);
        FaultPoint.Reach("preprocess.first-event-sent");
        await publisher.PublishAsync(new InferenceDataReady(row.ConfigHash, row.Identifier, test, row.TestRows ?? 0), cancellation);
    }

    private static ObjectReference Reference(ObjectKey key, string sha256) => new(key.Bucket, key.Key, sha256);

    [LoggerMessage(EventName = "preprocess_start", Level = LogLevel.Information, Message = "Preprocessing {dataset}")]
    private static partial void LogStart(ILogger logger, DatasetName dataset);

    [LoggerMessage(
        EventName = "skip_idempotent",
        Level = LogLevel.Information,
        Message = "The data is prepared already: announced again, not built again")]
    private static partial void LogSkip(ILogger logger);

    [LoggerMessage(
        EventName = "sampling_applied",
        Level = LogLevel.Information,
        Message = "Sampling {strategy}: {train_rows} train and {test_rows} test rows")]
    private static partial void LogSampling(ILogger logger, SampleStrategy strategy, int train_rows, int test_rows);

    [LoggerMessage(
        EventName = "zero_variance_features",
        Level = LogLevel.Warning,
        Message = "Flat in train: {columns}; forecast as their constants and left out of losses, pooled metrics and score")]
    private static partial void LogFlat(ILogger logger, string columns);

    [LoggerMessage(
        EventName = "preprocess_done",
        Level = LogLevel.Information,
        Message = "Prepared {train_rows} train and {test_rows} test rows in {seconds:0.###} s")]
    private static partial void LogDone(ILogger logger, int train_rows, int test_rows, double seconds);
}
