using MassTransit;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry.Steps;

/// <summary>
/// The only one that publishes: events say what rows say already. One that cannot be sent within a second is no reason to fail nor to wait,
/// for the Reconciler sees the rows (ADR 1).
/// </summary>
internal sealed class EventPublisher(IBus bus, TimeProvider time, ILogger<EventPublisher> logger)
{
    /// <summary>A bus without a connection waits for one; nobody waits for that.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(1);

    /// <summary>Wakes whoever waits.</summary>
    /// <returns>Whether it was sent in time.</returns>
    /// <exception cref="OperationCanceledException">Only where <paramref name="cancellation"/> ends it.</exception>
    public async Task<bool> PublishAsync<TEvent>(TEvent message, CancellationToken cancellation)
        where TEvent : class
    {
        using var limit = new CancellationTokenSource(_limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            // The transport looks at the token only here and there: WaitAsync holds the limit.
            await bus.Publish(message, either.Token).WaitAsync(either.Token);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            StepLog.NotPublished(logger, typeof(TEvent).Name, limit.IsCancellationRequested ? null : e);
            return false;
        }
    }
}
