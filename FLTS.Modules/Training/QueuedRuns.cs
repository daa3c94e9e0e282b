using FLTS.Modules.Registry.Runs;

namespace FLTS.Modules.Training;

/// <summary>Runs that wait for a dataset which is now ready.</summary>
internal sealed class QueuedRuns(TrainStep step, IJobQueues jobs)
{
    /// <summary>Queues a training job for every queued run of a type on this data.</summary>
    public async Task EnqueueAsync(ConfigHash configHash, string modelType, CancellationToken cancellation)
    {
        foreach (var run in await step.QueuedOnAsync(configHash, modelType, cancellation))
            jobs.Enqueue(step.Task(run), StepWake.Event);
    }
}
