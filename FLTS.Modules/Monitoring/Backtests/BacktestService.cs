using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Registry.Backtests;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>Starts backtests: has the row written and the step queued.</summary>
internal sealed partial class BacktestService(
    BacktestPlanner planner,
    BacktestPosting posting,
    BacktestStep step,
    IJobQueues jobs,
    MonitoringOptions options,
    ILogger<BacktestService> logger)
{
    /// <summary>Starts what is asked for, or finds that it is there already.</summary>
    public async Task<StartedBacktest> StartAsync(BacktestRequest request, CancellationToken cancellation) =>
        await PostAsync(await planner.PlanAsync(request, cancellation), cancellation);

    /// <summary>
    /// Data was prepared: the champion in force is backtested over its test part. Nobody asked for it, so what is impossible is only told.
    /// </summary>
    public async Task StartOnNewDataAsync(ConfigHash configHash, Identifier identifier, CancellationToken cancellation)
    {
        if (!options.BacktestNewData)
            return;

        using var scope = LogScope.Begin(logger, ("config_hash", configHash.Value), ("identifier", identifier.Value));
        try
        {
            if (await planner.PlanNewDataAsync(configHash, identifier, cancellation) is { } order)
                await PostAsync(order, cancellation);
        }
        catch (FltsException e) when (e is not UnavailableException)
        {
            LogNotStarted(logger, e.Message);
        }
    }

    private async Task<StartedBacktest> PostAsync(BacktestOrder order, CancellationToken cancellation)
    {
        var row = await posting.PostAsync(order, options.MaxUnfinished, cancellation);
        FaultPoint.Reach("backtest.posted");
        if (step.IsOpen(row))
            jobs.Enqueue(step.Task(row), StepWake.Event);
        return new StartedBacktest(row.BacktestId, row.Identifier, row.RunId, row.Status, $"/backtests/{row.BacktestId}");
    }

    [LoggerMessage(
        EventName = "backtest_not_started",
        Level = LogLevel.Information,
        Message = "The champion is not backtested on the data that was prepared: {reason}")]
    private static partial void LogNotStarted(ILogger logger, string reason);
}
