using MassTransit;

namespace FLTS.Modules.Training.Prophet;

/// <summary>Data is ready: the PROPHET runs that wait for it are queued.</summary>
internal sealed class ProphetConsumer(QueuedRuns runs) : IConsumer<DatasetReady>
{
    public Task Consume(ConsumeContext<DatasetReady> context) =>
        runs.EnqueueAsync(context.Message.ConfigHash, ProphetModule.Type, context.CancellationToken);
}
