using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>Finds out what is usual for a champion, once, before its live errors are judged.</summary>
internal sealed partial class BaselineWork(
    BaselineStep step, RunReader runs, ModelLoader loader, IProcessedData data, ComputeBudget budget, ILogger<BaselineWork> logger)
    : StepWork<LiveBaselineRow>(step)
{
    public override async Task DoAsync(Execution<LiveBaselineRow> execution)
    {
        var (row, cancellation) = (execution.Row, execution.Working);
        TakenAwayException.Unless(await step.BeginAsync(execution.Lease, cancellation));
        FaultPoint.Reach("baseline.begun");
        using var champion = await LoadAsync(row.RunId, cancellation)
            ?? throw new ConflictException($"Run {row.RunId} has no artifacts any more.");
        using var other = row.OtherRunId is { } before ? await LoadOtherAsync(before, cancellation) : null;
        using var reading = budget.EnterReading();
        var dataset = await data.OpenAsync(champion.Manifest.ConfigHash, cancellation);
        var result = await budget.RunAsync(
            "A replay of the validation part",
            EstimateOf(champion, other, dataset.Meta.TrainRows, dataset.Meta.Columns.Count, dataset.Meta.Targets.Count),
            p => new ValidationReplay(dataset, p).Of(champion, other),
            cancellation);
        TakenAwayException.Unless(await step.SucceedAsync(execution.Lease, result, cancellation));
        FaultPoint.Reach("baseline.succeeded");
        if (result.Drift is { } drift)
            LogFound(logger, row.RunId, drift.Hours, drift.EwmaError);
        else
            LogNothing(logger, row.RunId);
    }

    private async Task<LoadedModel?> LoadAsync(RunId id, CancellationToken cancellation)
    {
        var run = await runs.FindAsync(id, cancellation);
        return run.ManifestSha256 is { } manifest
            ? await loader.LoadAsync(id, run.Attempt, manifest, ArtifactSource.Cache, cancellation)
            : null;
    }

    /// <summary>Null: it cannot be loaded any more. The champion's own numbers do not depend on it.</summary>
    private async Task<LoadedModel?> LoadOtherAsync(RunId id, CancellationToken cancellation)
    {
        try
        {
            return await LoadAsync(id, cancellation);
        }
        catch (FltsException e) when (e is not UnavailableException)
        {
            LogWithout(logger, id, e);
            return null;
        }
    }

    /// <summary>A fit of everything that may have to be fitted again, and a forecast of each row.</summary>
    private static FitEstimate EstimateOf(LoadedModel champion, LoadedModel? other, int rows, int columns, int targets)
    {
        var size = new FitSize(rows, columns, targets);
        (string Type, JsonObject Hyperparameters)[] computing = [.. champion.Computing, .. other?.Computing ?? []];
        var fits = computing.Where(m => !ForecasterCatalog.IsEnsemble(m.Type))
            .Select(m => ForecasterCatalog.Get(m.Type).Estimate(m.Hyperparameters, size));
        var forecasts = computing.Select(m => ForecasterCatalog.Get(m.Type).EstimateForecast(m.Hyperparameters, size, rows, 1));
        return FitEstimate.Together([.. fits, .. forecasts]);
    }

    [LoggerMessage(
        EventName = "baseline_found",
        Level = LogLevel.Information,
        Message = "What is usual for run {run_id} is known from {hours} hours of validation; EWMA's error in them is {ewma_error:0.#####}")]
    private static partial void LogFound(ILogger logger, RunId run_id, int hours, double ewma_error);

    [LoggerMessage(
        EventName = "baseline_without_other",
        Level = LogLevel.Warning,
        Message = "Run {other_run_id}, the version before, cannot be loaded: what is usual for the champion is found out without it")]
    private static partial void LogWithout(ILogger logger, RunId other_run_id, Exception exception);

    [LoggerMessage(
        EventName = "baseline_unknown",
        Level = LogLevel.Warning,
        Message = "What is usual for run {run_id} cannot be told: its validation part has no scored hour. Its drift is not watched")]
    private static partial void LogNothing(ILogger logger, RunId run_id);
}
