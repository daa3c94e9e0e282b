using MassTransit;

namespace FLTS.Host.Hosting;

/// <summary>RabbitMQ: it is there when a connection with these credentials opens.</summary>
internal sealed class RabbitMqPart(Func<Uri> uri, IServiceProvider services) : IPart
{
    public string Name => "bus";

    public bool IsDispensable => true;

    public async Task ProveAsync(CancellationToken cancellation)
    {
        var factory = new RabbitMQ.Client.ConnectionFactory { Uri = uri(), RequestedConnectionTimeout = TimeSpan.FromSeconds(5) };
        await using var connection = await factory.CreateConnectionAsync(cancellation);
    }

    public Task CheckAsync(CancellationToken cancellation)
    {
        var health = services.GetRequiredService<IBusControl>().CheckHealth();

        // Degraded: endpoints that have lost their connection and try again.
        return health.Status != BusHealthStatus.Healthy
            ? Task.FromException(new UnavailableException($"RabbitMQ: {health.Description}"))
            : Task.CompletedTask;
    }
}
