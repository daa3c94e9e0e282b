using MassTransit;

namespace FLTS.Host.Hosting;

/// <summary>MassTransit, in memory or on RabbitMQ.</summary>
internal static class Bus
{
    public static IServiceCollection AddFltsBus(this IServiceCollection services, HostSettings settings, IConfiguration configuration)
    {
        services.AddMassTransit(bus =>
        {
            bus.SetKebabCaseEndpointNameFormatter();
            bus.DisableUsageTelemetry(); // It would call its makers' server.
            bus.AddConfigureEndpointsCallback((_, _, endpoint) => endpoint.UseMessageRetry(r => r.Immediate(3)));
            foreach (var module in settings.Modules)
                module.AddConsumers(bus);

            if (settings.IsRabbitMq)
            {
                bus.UsingRabbitMq((context, rabbit) =>
                {
                    rabbit.Host(new Uri(settings.RabbitMqUri!), host => host.OnRefreshConnectionFactory = factory =>
                    {
                        // For every new connection, so that credentials that come or change later are used without a restart.
                        factory.Uri = RabbitMqUri(settings, configuration);
                        return Task.CompletedTask;
                    });
                    rabbit.ConfigureEndpoints(context);
                });
            }
            else
            {
                bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
            }
        });

        // Consumers write rows and read objects: the bus starts after these are proven, not with the process.
        services.RemoveMassTransitHostedService();
        services.AddSingleton<BusStarter>();
        services.AddHostedService(p => p.GetRequiredService<BusStarter>());
        services.AddSingleton<IPart>(p => settings.IsRabbitMq ? new RabbitMqPart(() => RabbitMqUri(settings, configuration), p) : new MemoryBusPart());
        return services;
    }

    /// <summary>As it is set now; what is no URI does not replace the one that was.</summary>
    private static Uri RabbitMqUri(HostSettings settings, IConfiguration configuration) =>
        Uri.TryCreate(configuration["Bus:RabbitMq:Uri"], UriKind.Absolute, out var uri) ? uri : new Uri(settings.RabbitMqUri!);
}

/// <summary>Starts the bus when the gate opens and stops it with the process.</summary>
internal sealed partial class BusStarter(IBusControl bus, IStartupGate gate, ILogger<BusStarter> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.OpenedAsync(stoppingToken);
        while (true)
        {
            try
            {
                await bus.StartAsync(stoppingToken);
                break;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogNotStarted(logger, e);
                await Task.Delay(TimeSpan.FromSeconds(2), stoppingToken);
            }
        }

        try
        {
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
        finally
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await bus.StopAsync(limit.Token);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bus did not start; it is tried again.")]
    private static partial void LogNotStarted(ILogger logger, Exception exception);
}

/// <summary>The bus in memory is always there.</summary>
internal sealed class MemoryBusPart : IPart
{
    public string Name => "bus";

    public Task ProveAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task CheckAsync(CancellationToken cancellation) => Task.CompletedTask;
}

/// <summary>RabbitMQ: it is there when a connection with these credentials opens.</summary>
internal sealed class RabbitMqPart(Func<Uri> uri, IServiceProvider services) : IPart
{
    public string Name => "bus";

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
