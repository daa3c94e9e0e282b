using MassTransit;

namespace FLTS.Modules.Training.References;

/// <summary>Data is ready: the runs of references that wait for it are queued.</summary>
internal sealed class ReferencesConsumer(QueuedRuns runs) : IConsumer<DatasetReady>
{
    public async Task Consume(ConsumeContext<DatasetReady> context)
    {
        foreach (var family in ForecasterCatalog.References)
            await runs.EnqueueAsync(context.Message.ConfigHash, family.ModelType, context.CancellationToken);
    }
}
