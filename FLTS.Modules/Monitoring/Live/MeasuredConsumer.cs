using FLTS.Modules.Registry.Live;
using MassTransit;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>Rows came: the stations whose truth they are are scored.</summary>
internal sealed class MeasuredConsumer(LiveStep step, IJobQueues jobs) : IConsumer<MeasurementsStored>
{
    public async Task Consume(ConsumeContext<MeasurementsStored> context)
    {
        foreach (var station in await step.DueOfAsync(context.Message.Dataset, context.CancellationToken))
            jobs.Enqueue(step.Task(station), StepWake.Event);
    }
}
