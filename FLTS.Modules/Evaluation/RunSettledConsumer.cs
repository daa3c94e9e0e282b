using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Steps;
using MassTransit;

namespace FLTS.Modules.Evaluation;

/// <summary>A run has ended: the pipelines that wait for it look at their rows.</summary>
internal sealed class RunSettledConsumer(PipelineStates pipelines, EvaluateStep step, IJobQueues jobs) : IConsumer<ModelTraining>
{
    public async Task Consume(ConsumeContext<ModelTraining> context)
    {
        if (context.Message.Status == "RUNNING")
            return;

        foreach (var pipeline in await pipelines.WaitingForAsync(context.Message.RunId, context.CancellationToken))
            jobs.Enqueue(step.Task(pipeline), StepWake.Event);
    }
}
