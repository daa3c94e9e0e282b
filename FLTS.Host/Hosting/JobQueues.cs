using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace FLTS.Host.Hosting;

/// <summary>Puts steps into the queues of the modules that do them.</summary>
internal sealed class JobQueues(IBackgroundJobClient client) : IJobQueues
{
    public void Enqueue(StepTask task, StepWake wake) => client.Create(
        Job.FromExpression<IStepJob>(j => j.RunAsync(task.Step, task.Id, task.Label, wake, CancellationToken.None)),
        new EnqueuedState(task.Queue));
}
