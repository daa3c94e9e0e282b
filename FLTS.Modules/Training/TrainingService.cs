using System.Text.Json.Nodes;
using FLTS.Forecasting.Intervals;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Training;

/// <summary>
/// The one training flow: load, fit, stage, upload, record, publish. Whatever is already done is not done again:
/// a run whose files are staged is only uploaded.
/// </summary>
internal sealed partial class TrainingService(
    TrainStep step,
    FitSources sources,
    IArtifactStore artifacts,
    Staging staging,
    EventPublisher publisher,
    TrainingMachine machine,
    ILogger<TrainingService> logger) : StepWork<RunRow>(step)
{
    public override double MostSecondsBetweenTries => machine.Options.MaxRetrySeconds;

    public override Task SkippedAsync(RunRow? row, CancellationToken cancellation)
    {
        LogDuplicate(logger);
        return Task.CompletedTask;
    }

    public override Task<bool> IsReadyAsync(RunRow row, CancellationToken cancellation) => step.CanBeginAsync(row, cancellation);

    public override async Task<IDisposable?> EnterAsync(RunRow row, CancellationToken cancellation) =>
        await machine.Turns.EnterAsync(IsLastTry(row), cancellation);

    public override async Task DoAsync(Execution<RunRow> execution)
    {
        var run = execution.Row;
        if (run.Status == RunStatus.Storing
            && !staging.IsComplete(run.RunId, run.Attempt)
            && await artifacts.FindUploadedAsync(run.RunId, run.Attempt, execution.Working) is { } uploaded)
        {
            // Trained and uploaded on a machine that is gone: only the record is missing.
            await SucceedAsync(execution, StoredManifest.Of(uploaded.ManifestSha256, uploaded.Manifest));
            return;
        }

        if (!staging.IsComplete(run.RunId, run.Attempt)
            || (run.Status != RunStatus.Storing && !ModelStaging.HasReport(staging.Folder(run.RunId, run.Attempt))))
            await FitAsync(execution);
        else if (run.Status != RunStatus.Storing)
            await RecordAsync(execution); // The database was away, or the process killed, when the fit had ended.

        await execution.ReadAsync();
        await StoreAsync(execution);
    }

    public override async Task<bool> FailAsync(Execution<RunRow> execution, string reason)
    {
        if (!await base.FailAsync(execution, reason))
            return false;

        var run = execution.Row;
        machine.Metrics.Ended(run.ModelType, RunStatus.Failed);
        staging.Remove(run.RunId);
        await PublishAsync(run, "FAILED", reason, execution.Process);
        return true;
    }

    /// <summary>What a cancelled run left here is of no use to anybody.</summary>
    public override Task StoppedAsync(Execution<RunRow> execution, bool hasEnded)
    {
        if (hasEnded)
            staging.Remove(execution.Row.RunId);

        return Task.CompletedTask;
    }

    /// <summary>One more death ends it. A lease that nobody gave back is one that is counted when it is taken over.</summary>
    private static bool IsLastTry(RunRow run) => run.Deaths + (run.LeaseOwner is null ? 0 : 1) >= StepFault.MostDeaths - 1;

    private async Task FitAsync(Execution<RunRow> execution)
    {
        var (lease, cancellation) = (execution.Lease, execution.Working);
        TakenAwayException.Unless(await step.BeginAsync(lease, execution.Row.Attempt + 1, cancellation));
        var run = await execution.ReadAsync();
        LogStart(logger, run.ModelType, run.Attempt);
        FaultPoint.Reach("train.begun");
        await PublishAsync(run, "RUNNING", null, cancellation);
        var hyperparameters = JsonNode.Parse(run.Params)!.AsObject();
        using var source = await sources.OpenAsync(run, cancellation);
        FaultPoint.Reach("train.source-opened");
        using var watch = machine.Watch(run.ModelType, hyperparameters, source.Dataset.Train);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(machine.Options.TimeLimitSeconds), machine.Time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token, watch.Exceeded);
        var clock = machine.Time.GetTimestamp();
        await using var progress = new ProgressRecorder(run.ModelType, lease, step, machine.Time, logger);
        FittedRun fitted;
        try
        {
            using var share = machine.Budget.Threads.Take(machine.Options.Threads);
            var context = new FitContext(
                share.Count, progress, stopping.Token, new FileCheckpoint(staging.CheckpointPath(run.RunId), logger))
            {
                Shared = machine.Shared,
            };
            fitted = await share.RunAsync(
                () =>
                {
                    watch.Begin();
                    return source.Fit(run, hyperparameters, context);
                },
                machine.Options.Nice);
        }
        catch (OperationCanceledException) when (watch.Reason is not null && !cancellation.IsCancellationRequested)
        {
            throw new InvalidInputException(watch.Reason);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new InvalidInputException(
                $"The training took longer than {machine.Options.TimeLimitSeconds} s (Training:TimeLimitSeconds).");
        }

        using (fitted.Fit.Model)
        {
            await progress.FlushAsync();
            FaultPoint.Reach("train.fitted");
            ModelStaging.Write(
                staging.Prepare(run.RunId, run.Attempt),
                run,
                hyperparameters,
                source.Dataset,
                fitted.Fit,
                await KnotFile.WriteAsync(fitted.Forecasts, cancellation),
                fitted.Members);
        }

        machine.Metrics.Fitted(run.ModelType, machine.Time.GetElapsedTime(clock).TotalSeconds);
        await RecordAsync(execution);
    }

    /// <summary>What was fitted and staged goes into the row.</summary>
    private async Task RecordAsync(Execution<RunRow> execution)
    {
        var report = ModelStaging.ReadReport(staging.Folder(execution.Row.RunId, execution.Row.Attempt));
        TakenAwayException.Unless(await step.TrainedAsync(execution.Lease, report.Metrics, report.History, execution.Working));
        FaultPoint.Reach("train.recorded");
    }

    private async Task StoreAsync(Execution<RunRow> execution)
    {
        var run = execution.Row;
        var folder = staging.Folder(run.RunId, run.Attempt);
        var sha256 = await artifacts.UploadAsync(run.RunId, run.Attempt, folder, execution.Working);
        await SucceedAsync(execution, StoredManifest.Of(sha256, ModelStaging.ReadManifest(folder)));
    }

    /// <summary>A run that has succeeded is no longer alive: that ends the work, and is no reason to keep its event back.</summary>
    private async Task SucceedAsync(Execution<RunRow> execution, StoredManifest stored)
    {
        TakenAwayException.Unless(await step.SucceedAsync(execution.Lease, stored, execution.Working));
        var run = execution.Row;
        staging.Remove(run.RunId);
        machine.Metrics.Ended(run.ModelType, RunStatus.Succeeded);
        LogSuccess(logger, run.ModelType);
        FaultPoint.Reach("run.staging-removed");
        await PublishAsync(run, "SUCCESS", null, execution.Process);
        FaultPoint.Reach("run.event-sent");
    }

    private Task<bool> PublishAsync(RunRow run, string status, string? error, CancellationToken cancellation) =>
        publisher.PublishAsync(
            new ModelTraining(run.RunId, run.ModelType, run.ConfigHash, run.ParamsHash, run.Identifier, status, error), cancellation);

    [LoggerMessage(
        EventName = "train_skip_duplicate",
        Level = LogLevel.Information,
        Message = "The run has ended or is in other hands: nothing to do")]
    private static partial void LogDuplicate(ILogger logger);

    [LoggerMessage(EventName = "train_start", Level = LogLevel.Information, Message = "Training {model_type}, attempt {attempt}")]
    private static partial void LogStart(ILogger logger, string model_type, int attempt);

    [LoggerMessage(EventName = "train_success_publish", Level = LogLevel.Information, Message = "{model_type} is trained and stored")]
    private static partial void LogSuccess(ILogger logger, string model_type);
}
