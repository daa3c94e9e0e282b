using System.Data.Common;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Intervals;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Entities;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Training;

/// <summary>
/// The one training flow: lease, load, fit, stage, upload, record, publish. Whatever is already done is not done again:
/// a run whose files are staged is only uploaded, a run that has ended is left alone.
/// </summary>
internal sealed partial class TrainingService(
    RunTransitions runs,
    ILeases leases,
    IProcessedData data,
    IArtifactStore artifacts,
    Staging staging,
    IBus bus,
    ComputeThreads threads,
    TrainingTurns turns,
    TrainingOptions options,
    TimeProvider time,
    ILogger<TrainingService> logger)
{
    /// <summary>Workers that may die over one run before it fails for good.</summary>
    private const int MaxDeaths = 3;

    /// <summary>Tries that may end in an error of a native library before the run fails for good.</summary>
    private const int MaxNativeTries = 3;

    /// <summary>Brings a run to its end, or as far as it goes now.</summary>
    public async Task TrainAsync(RunId runId, CancellationToken cancellation)
    {
        if (await runs.FindAsync(runId, cancellation) is not { } found || IsOver(found))
        {
            LogDuplicate(logger, runId);
            return;
        }

        // Before the lease: whoever waits here has no life to lose.
        using var turn = await turns.EnterAsync(IsLastTry(found), cancellation);
        await using var keeper = await LeaseKeeper.TryAcquireAsync(leases, LeaseKind.Run, runId.Value, time, logger, cancellation);
        if (keeper is null)
        {
            LogDuplicate(logger, runId);
            return;
        }

        // The row as it is now that nobody else can change it.
        var run = (await runs.FindAsync(runId, cancellation))!;
        if (IsOver(run))
            return;

        await using var watch = new CancelWatch(runs, runId, time, logger);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellation, keeper.Lost, watch.Ended);
        try
        {
            if (run.Deaths >= MaxDeaths)
                throw new InvalidInputException($"worker died {MaxDeaths} times: {run.Error ?? "no error was left behind"}");

            if (run.Status == RunStatus.Storing && !staging.IsComplete(runId, run.Attempt) && await artifacts.FindUploadedAsync(runId, run.Attempt, working.Token) is { } uploaded)
            {
                // Trained and uploaded on a machine that is gone: only the record is missing.
                await SucceedAsync(run, keeper.Lease, uploaded.ManifestSha256, uploaded.Manifest.Files, working.Token, cancellation);
                return;
            }

            if (!staging.IsComplete(runId, run.Attempt) || (run.Status != RunStatus.Storing && !ModelStaging.HasReport(staging.Folder(runId, run.Attempt))))
                await FitAsync(run, keeper.Lease, working.Token);
            else if (run.Status != RunStatus.Storing)
                await RecordAsync(run, keeper.Lease, working.Token); // The database was away, or the process killed, when the fit had ended.

            run = (await runs.FindAsync(runId, working.Token))!;

            await StoreAsync(run, keeper.Lease, working.Token, cancellation);
        }
        catch (Exception e) when (e is TakenAwayException || (e is OperationCanceledException && working.IsCancellationRequested))
        {
            await StoppedAsync(run, watch.Ended.IsCancellationRequested || e is TakenAwayException);
        }
        catch (Exception e) when (e is UnavailableException or IOException || DatabaseFaults.IsPassing(e) || IsNativeAccident(e, run))
        {
            var next = time.GetUtcNow() + Backoff.Delay(run.Tries + 1, options.MaxRetrySeconds, runId.Value);
            await runs.PostponeAsync(keeper.Lease, Reason(e), next, cancellation);
            LogPostponed(logger, run.ModelType, runId, Reason(e), next, e is ExternalException ? e : null);
        }
        catch (Exception e)
        {
            await FailAsync(run, keeper.Lease, e, cancellation);
        }
    }

    /// <summary>
    /// A native library said no. What is wrong in the data or the code fails every time; memory that was short for a moment does not.
    /// So it is tried again from the last checkpoint, but not for ever.
    /// </summary>
    private static bool IsNativeAccident(Exception e, RunRow run) => e is ExternalException and not DbException && run.Tries < MaxNativeTries - 1;

    /// <summary>Native errors bring their call stack along, line by line; the log keeps it.</summary>
    private static string Reason(Exception e) => e is UnavailableException or IOException or DbException ? e.Message : $"{e.GetType().Name}: {e.Message.Split('\n')[0]}";

    /// <summary>One more death ends it. A lease that nobody gave back is one that is counted when it is taken over.</summary>
    private static bool IsLastTry(RunRow run) => run.Deaths + (run.LeaseOwner is null ? 0 : 1) >= MaxDeaths - 1;

    private static bool IsOver(RunRow run) => RunRules.HasEnded(run.Status);

    /// <summary>Shutdown, a lost lease or a cancelled run: whoever holds the row next decides from the row. What a cancelled run left here is of no use to anybody.</summary>
    private async Task StoppedAsync(RunRow run, bool mayHaveEnded)
    {
        LogStopped(logger, run.ModelType, run.RunId);
        if (mayHaveEnded && !await runs.IsAliveAsync(run.RunId, CancellationToken.None))
            staging.Remove(run.RunId);
    }

    private async Task FitAsync(RunRow run, Lease lease, CancellationToken cancellation)
    {
        if (!await runs.BeginAsync(lease, run.Attempt + 1, cancellation))
            throw new TakenAwayException();

        run = (await runs.FindAsync(run.RunId, cancellation))!;
        LogStart(logger, run.ModelType, run.RunId, run.ConfigHash, run.Identifier, run.Attempt);
        FaultPoint.Reach("train.begun");
        await PublishAsync(run, "RUNNING", null, cancellation);
        var dataset = await data.OpenAsync(run.ConfigHash, cancellation);
        var hyperparameters = JsonNode.Parse(run.Params)!.AsObject();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeLimitSeconds), time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var clock = time.GetTimestamp();
        await using var progress = new ProgressRecorder(run, lease, runs, time, logger);
        FitResult fit;
        ValidationResiduals residuals;
        try
        {
            using var share = threads.Take(options.Threads);
            var context = new FitContext(share.Count, progress, stopping.Token, new FileCheckpoint(staging.CheckpointPath(run.RunId), logger));
            (fit, residuals) = await ComputeThreads.RunAsync(() => RunResiduals.FitWith(run.ModelType, hyperparameters, dataset, context), options.Nice);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new InvalidInputException($"The training took longer than {options.TimeLimitSeconds} s (Training:TimeLimitSeconds).");
        }

        using (fit.Model)
        {
            await progress.FlushAsync();
            FaultPoint.Reach("train.fitted");
            ModelStaging.Write(staging.Prepare(run.RunId, run.Attempt), run, hyperparameters, dataset, fit, await ResidualFile.WriteAsync(residuals, cancellation));
        }

        FltsMetrics.TrainingDuration.Record(time.GetElapsedTime(clock).TotalSeconds, new KeyValuePair<string, object?>("model_type", run.ModelType));
        await RecordAsync(run, lease, cancellation);
    }

    /// <summary>What was fitted and staged goes into the row.</summary>
    private async Task RecordAsync(RunRow run, Lease lease, CancellationToken cancellation)
    {
        var report = ModelStaging.ReadReport(staging.Folder(run.RunId, run.Attempt));
        if (!await runs.TrainedAsync(lease, report.Metrics, report.History, cancellation))
            throw new TakenAwayException();

        FaultPoint.Reach("train.recorded");
    }

    private async Task StoreAsync(RunRow run, Lease lease, CancellationToken working, CancellationToken cancellation)
    {
        var folder = staging.Folder(run.RunId, run.Attempt);
        var sha256 = await artifacts.UploadAsync(run.RunId, run.Attempt, folder, working);
        await SucceedAsync(run, lease, sha256, ModelStaging.ReadManifest(folder).Files, working, cancellation);
    }

    /// <param name="run">The run.</param>
    /// <param name="lease">On it.</param>
    /// <param name="manifestSha256">Of what was uploaded.</param>
    /// <param name="files">What was uploaded.</param>
    /// <param name="working">Ends the work on a run that is no longer ours, or no longer alive: it has succeeded once the row says so, which is no reason to keep its event back.</param>
    /// <param name="cancellation">Ends the process.</param>
    private async Task SucceedAsync(RunRow run, Lease lease, string manifestSha256, IReadOnlyList<ManifestFile> files, CancellationToken working, CancellationToken cancellation)
    {
        if (!await runs.SucceedAsync(lease, manifestSha256, files, working))
            throw new TakenAwayException();

        staging.Remove(run.RunId);
        FltsMetrics.Runs.Add(1, new("model_type", run.ModelType), new("status", "succeeded"));
        LogSuccess(logger, run.ModelType, run.RunId, run.ConfigHash, run.Identifier);
        FaultPoint.Reach("run.staging-removed");
        await PublishAsync(run, "SUCCESS", null, cancellation);
        FaultPoint.Reach("run.event-sent");
    }

    private async Task FailAsync(RunRow run, Lease lease, Exception exception, CancellationToken cancellation)
    {
        var reason = exception is FltsException ? exception.Message : Reason(exception);
        if (!await runs.FailAsync(lease, reason, cancellation))
            return;

        FltsMetrics.Runs.Add(1, new("model_type", run.ModelType), new("status", "failed"));
        LogFailed(logger, run.ModelType, run.RunId, run.ConfigHash, run.Identifier, reason, exception is FltsException ? null : exception);
        staging.Remove(run.RunId);
        await PublishAsync(run, "FAILED", reason, cancellation);
    }

    /// <summary>The rows are written: an event that cannot be sent is no reason to fail, the Reconciler sees the rows.</summary>
    private async Task PublishAsync(RunRow run, string status, string? error, CancellationToken cancellation)
    {
        try
        {
            await bus.Publish(new ModelTraining(run.RunId, run.ModelType, run.ConfigHash, run.ParamsHash, run.Identifier, status, error), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotPublished(logger, run.RunId, e);
        }
    }

    [LoggerMessage(EventName = "train_skip_duplicate", Level = LogLevel.Information, Message = "Run {run_id} has ended or is in other hands: nothing to do")]
    private static partial void LogDuplicate(ILogger logger, RunId run_id);

    [LoggerMessage(EventName = "train_start", Level = LogLevel.Information, Message = "Training {model_type} as run {run_id}, attempt {attempt} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogStart(ILogger logger, string model_type, RunId run_id, ConfigHash config_hash, Identifier identifier, int attempt);

    [LoggerMessage(EventName = "train_success_publish", Level = LogLevel.Information, Message = "{model_type} run {run_id} is trained and stored (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogSuccess(ILogger logger, string model_type, RunId run_id, ConfigHash config_hash, Identifier identifier);

    [LoggerMessage(EventName = "train_failed", Level = LogLevel.Error, Message = "{model_type} run {run_id} failed: {reason} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogFailed(ILogger logger, string model_type, RunId run_id, ConfigHash config_hash, Identifier identifier, string reason, Exception? exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{model_type} run {run_id} waits: {reason} Next try at {next_try}.")]
    private static partial void LogPostponed(ILogger logger, string model_type, RunId run_id, string reason, DateTimeOffset next_try, Exception? exception);

    [LoggerMessage(EventName = "train_stopped", Level = LogLevel.Information, Message = "{model_type} run {run_id} was stopped before its end")]
    private static partial void LogStopped(ILogger logger, string model_type, RunId run_id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The event of run {run_id} could not be published; its row says the same.")]
    private static partial void LogNotPublished(ILogger logger, RunId run_id, Exception exception);

    /// <summary>The row is no longer ours to change: taken over, or ended by somebody else.</summary>
    private sealed class TakenAwayException() : Exception("The run was taken over or ended by somebody else.");
}
