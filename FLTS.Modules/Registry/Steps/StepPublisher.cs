using MassTransit;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry.Steps;

/// <summary>Publishes what rows say already: an event that cannot be sent is no reason to fail, the Reconciler sees the rows.</summary>
internal sealed class StepPublisher(IBus bus, ILogger<StepPublisher> logger)
{
    /// <summary>Wakes whoever waits.</summary>
    /// <exception cref="OperationCanceledException">Only where <paramref name="cancellation"/> ends it.</exception>
    public async Task PublishAsync<TEvent>(TEvent message, CancellationToken cancellation)
        where TEvent : class
    {
        try
        {
            await bus.Publish(message, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            StepLog.NotPublished(logger, typeof(TEvent).Name, e);
        }
    }
}
