using MassTransit;

namespace FLTS.Modules.Training.LightGbm;

/// <summary>Data is ready: the LIGHTGBM runs that wait for it are queued.</summary>
internal sealed class LightGbmConsumer(QueuedRuns runs) : IConsumer<DatasetReady>
{
    public Task Consume(ConsumeContext<DatasetReady> context) =>
        runs.EnqueueAsync(context.Message.ConfigHash, LightGbmModule.Type, context.CancellationToken);
}
