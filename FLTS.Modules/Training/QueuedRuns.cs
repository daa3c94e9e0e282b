using FLTS.Modules.Registry.Runs;

namespace FLTS.Modules.Training;

/// <summary>Runs for which what they wait for is there now.</summary>
internal sealed class QueuedRuns(TrainStep step, IJobQueues jobs)
{
    /// <summary>Queues a training job for every queued run of a type on this data.</summary>
    public async Task EnqueueAsync(ConfigHash configHash, string modelType, CancellationToken cancellation)
    {
        foreach (var run in await step.QueuedOnAsync(configHash, modelType, cancellation))
            jobs.Enqueue(step.Task(run), StepWake.Event);
    }

    /// <summary>Queues a training job for what is made of a run, and others beside it, and waits for none of them any more.</summary>
    public async Task EnqueueEnsemblesAsync(RunId member, CancellationToken cancellation)
    {
        foreach (var run in await step.EnsemblesOfAsync(member, cancellation))
            jobs.Enqueue(step.Task(run), StepWake.Event);
    }
}
