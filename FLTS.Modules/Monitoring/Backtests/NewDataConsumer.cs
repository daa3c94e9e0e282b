using MassTransit;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>A test part is stored: the champion in force is compared with it.</summary>
internal sealed class NewDataConsumer(BacktestService backtests) : IConsumer<InferenceDataReady>
{
    public Task Consume(ConsumeContext<InferenceDataReady> context) => backtests.StartOnNewDataAsync(
        context.Message.ConfigHash, context.Message.Identifier, context.CancellationToken);
}
