using MassTransit;

namespace FLTS.Modules.Training.Ensemble;

/// <summary>A run has ended: where it was the last that an ENSEMBLE waits for, that is queued.</summary>
internal sealed class EnsembleConsumer(QueuedRuns runs) : IConsumer<ModelTraining>
{
    public Task Consume(ConsumeContext<ModelTraining> context) => context.Message.Status == "RUNNING"
        ? Task.CompletedTask
        : runs.EnqueueEnsemblesAsync(context.Message.RunId, context.CancellationToken);
}
