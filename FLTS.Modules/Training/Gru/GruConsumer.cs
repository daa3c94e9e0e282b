using MassTransit;

namespace FLTS.Modules.Training.Gru;

/// <summary>Data is ready: the GRU runs that wait for it are queued.</summary>
internal sealed class GruConsumer(QueuedRuns runs) : IConsumer<DatasetReady>
{
    public Task Consume(ConsumeContext<DatasetReady> context) =>
        runs.EnqueueAsync(context.Message.ConfigHash, GruModule.Type, context.CancellationToken);
}
