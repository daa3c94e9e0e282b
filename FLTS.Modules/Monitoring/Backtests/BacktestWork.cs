using FLTS.Modules.Registry.Backtests;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>Score, record, log, publish. What is scored is not scored again, whoever is killed on the way.</summary>
internal sealed partial class BacktestWork(
    BacktestStep step,
    BacktestRunner runner,
    InferenceLog log,
    EventPublisher publisher,
    ILogger<BacktestWork> logger) : StepWork<BacktestRow>(step)
{
    public override async Task DoAsync(Execution<BacktestRow> execution)
    {
        var row = execution.Row;
        if (row.Status != BacktestStatus.Storing)
        {
            TakenAwayException.Unless(await step.BeginAsync(execution.Lease, execution.Working));
            FaultPoint.Reach("backtest.begun");
            var (result, hours) = await runner.RunAsync(BacktestOrder.Of(row), execution.Working);
            TakenAwayException.Unless(await step.ScoredAsync(execution.Lease, result, hours, execution.Working));
            FaultPoint.Reach("backtest.scored");
            row = await execution.ReadAsync();
        }

        await log.WriteAsync(row.Identifier, row.ScoredAt!.Value, execution.Working);
        FaultPoint.Reach("backtest.logged");
        TakenAwayException.Unless(await step.SucceedAsync(execution.Lease, execution.Working));
        FaultPoint.Reach("backtest.succeeded");
        await AnnounceAsync(row, execution.Process);
    }

    private async Task AnnounceAsync(BacktestRow row, CancellationToken cancellation)
    {
        var scored = BacktestView.ResultOf(row)!;
        LogScored(logger, scored.ModelType, scored.ScoredRows, scored.Overall.Rmse, scored.Overall.Mae);
        await publisher.PublishAsync(
            new ForecastScored(
                row.BacktestId,
                row.Identifier,
                row.RunId,
                scored.ModelType,
                scored.From,
                scored.To,
                scored.ScoredRows,
                scored.Overall.MatchedShare,
                scored.Overall.Rmse,
                scored.Overall.Mae),
            cancellation);
    }

    [LoggerMessage(
        EventName = "backtest_scored",
        Level = LogLevel.Information,
        Message = "{model_type} was backtested from {rows} origins: rmse {rmse:0.#####}, mae {mae:0.#####}")]
    private static partial void LogScored(ILogger logger, string model_type, int rows, double? rmse, double? mae);
}
