using MassTransit;

namespace FLTS.Modules.Training.Lstm;

/// <summary>Data is ready: the LSTM runs that wait for it are queued.</summary>
internal sealed class LstmConsumer(QueuedRuns runs) : IConsumer<DatasetReady>
{
    public Task Consume(ConsumeContext<DatasetReady> context) =>
        runs.EnqueueAsync(context.Message.ConfigHash, LstmModule.Type, context.CancellationToken);
}
