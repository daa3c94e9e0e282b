using MassTransit;

namespace FLTS.Modules.Inference.Models;

/// <summary>A promotion: look at the ledger now.</summary>
internal sealed class ModelSelectedConsumer(ModelRefresher refresher) : IConsumer<ModelSelected>
{
    public Task Consume(ConsumeContext<ModelSelected> context)
    {
        refresher.Wake();
        return Task.CompletedTask;
    }
}
