using System.Text.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Preprocessing;

/// <summary>Lease, build, record, publish. Data that is ready is announced again and not built again.</summary>
internal sealed partial class PreprocessService(
    DatasetTransitions datasets,
    DatasetBuilder builder,
    ILeases leases,
    IBus bus,
    TimeProvider time,
    ILogger<PreprocessService> logger)
{
    private const int MaxDeaths = 3;
    private const double MaxRetrySeconds = 60;

    public async Task PrepareAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        if (await datasets.FindAsync(configHash, cancellation) is not { } found || found.Status == DatasetStatus.Failed)
            return;

        if (found.Status == DatasetStatus.Ready)
        {
            LogSkip(logger, configHash, found.Identifier);
            await AnnounceAsync(found, cancellation);
            return;
        }

        await using var keeper = await LeaseKeeper.TryAcquireAsync(leases, LeaseKind.Dataset, configHash.Value, time, logger, cancellation);
        if (keeper is null)
            return;

        var row = (await datasets.FindAsync(configHash, cancellation))!;
        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellation, keeper.Lost);
        try
        {
            if (row.Deaths >= MaxDeaths)
                throw new InvalidInputException($"worker died {MaxDeaths} times: {row.Error ?? "no error was left behind"}");

            if (await datasets.BeginAsync(keeper.Lease, working.Token))
                await BuildAsync(row, keeper.Lease, working.Token);
        }
        catch (OperationCanceledException) when (working.IsCancellationRequested)
        {
            LogStopped(logger, configHash, row.Identifier);
        }
        catch (Exception e) when (e is UnavailableException or IOException || DatabaseFaults.IsPassing(e))
        {
            // A store, a database or a disk that is away says nothing about the data: only rows retry.
            var next = time.GetUtcNow() + Backoff.Delay(row.Tries + 1, MaxRetrySeconds, configHash.Value);
            await datasets.PostponeAsync(keeper.Lease, e.Message, next, cancellation);
            LogPostponed(logger, configHash, row.Identifier, e.Message, next);
        }
        catch (Exception e)
        {
            var reason = e is FltsException ? e.Message : $"{e.GetType().Name}: {e.Message}";
            await datasets.FailAsync(keeper.Lease, reason, cancellation);
            LogFailed(logger, configHash, row.Identifier, reason, e is FltsException ? null : e);
        }
    }

    private async Task BuildAsync(DatasetRow row, Lease lease, CancellationToken cancellation)
    {
        FaultPoint.Reach("preprocess.begun");
        LogStart(logger, row.ConfigHash, row.Identifier, row.SourceName);
        var clock = time.GetTimestamp();
        var built = await builder.BuildAsync(row, cancellation);
        var meta = built.Meta;
        if (meta.Config.SampleTrainRows > 0 || meta.Config.SampleTestRows > 0)
            LogSampling(logger, row.ConfigHash, row.Identifier, meta.Config.SampleStrategy, meta.TrainRows, meta.TestRows);

        if (meta.Report.FlatColumns.Count > 0)
        {
            FltsMetrics.ZeroVarianceFeatures.Add(meta.Report.FlatColumns.Count, new KeyValuePair<string, object?>("identifier", row.Identifier.Value));
            LogFlat(logger, row.ConfigHash, row.Identifier, string.Join(", ", meta.Report.FlatColumns));
        }

        FaultPoint.Reach("preprocess.before-ready");
        if (!await datasets.ReadyAsync(lease, built, cancellation))
            return;

        FaultPoint.Reach("preprocess.after-ready");
        var seconds = time.GetElapsedTime(clock).TotalSeconds;
        FltsMetrics.StageDuration.Record(seconds, new KeyValuePair<string, object?>("stage", "preprocess"));
        LogDone(logger, row.ConfigHash, row.Identifier, meta.TrainRows, meta.TestRows, seconds);
        await AnnounceAsync((await datasets.FindAsync(row.ConfigHash, cancellation))!, cancellation);
    }

    /// <summary>Wakes whoever waits; the row says the same to those who do not hear it.</summary>
    private async Task AnnounceAsync(DatasetRow row, CancellationToken cancellation)
    {
        var test = Reference(ObjectKeys.Test(row.ConfigHash), row.TestSha256!);
        try
        {
            await bus.Publish(
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
            await bus.Publish(new InferenceDataReady(row.ConfigHash, row.Identifier, null, test, row.TestRows ?? 0), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotPublished(logger, row.ConfigHash, e);
        }
    }

    private static ObjectReference Reference(ObjectKey key, string sha256) => new(key.Bucket, key.Key, sha256);

    [LoggerMessage(EventName = "preprocess_start", Level = LogLevel.Information, Message = "Preprocessing {dataset} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogStart(ILogger logger, ConfigHash config_hash, Identifier identifier, DatasetName dataset);

    [LoggerMessage(EventName = "skip_idempotent", Level = LogLevel.Information, Message = "The data is prepared already: announced again, not built again (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogSkip(ILogger logger, ConfigHash config_hash, Identifier identifier);

    [LoggerMessage(EventName = "sampling_applied", Level = LogLevel.Information, Message = "Sampling {strategy}: {train_rows} train and {test_rows} test rows (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogSampling(ILogger logger, ConfigHash config_hash, Identifier identifier, SampleStrategy strategy, int train_rows, int test_rows);

    [LoggerMessage(EventName = "zero_variance_features", Level = LogLevel.Warning, Message = "Flat in train: {columns}; forecast as their constants and left out of losses, pooled metrics and score (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogFlat(ILogger logger, ConfigHash config_hash, Identifier identifier, string columns);

    [LoggerMessage(EventName = "preprocess_done", Level = LogLevel.Information, Message = "Prepared {train_rows} train and {test_rows} test rows in {seconds:0.###} s (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogDone(ILogger logger, ConfigHash config_hash, Identifier identifier, int train_rows, int test_rows, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "Preprocessing failed: {reason} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogFailed(ILogger logger, ConfigHash config_hash, Identifier identifier, string reason, Exception? exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Preprocessing waits: {reason} Next try at {next_try} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogPostponed(ILogger logger, ConfigHash config_hash, Identifier identifier, string reason, DateTimeOffset next_try);

    [LoggerMessage(Level = LogLevel.Information, Message = "Preprocessing was stopped before its end (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogStopped(ILogger logger, ConfigHash config_hash, Identifier identifier);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The events of dataset {config_hash} could not be published; its row says the same.")]
    private static partial void LogNotPublished(ILogger logger, ConfigHash config_hash, Exception exception);
}
