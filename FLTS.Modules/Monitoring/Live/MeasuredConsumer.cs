using MassTransit;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>Rows came: the stations whose truth they are are scored.</summary>
internal sealed class MeasuredConsumer(MeasuredStations stations) : IConsumer<MeasurementsStored>
{
    public Task Consume(ConsumeContext<MeasurementsStored> context)
    {
        stations.Wake(context.Message.Dataset);
        return Task.CompletedTask;
    }
}
