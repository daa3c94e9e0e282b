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
            bus.AddConfigureEndpointsCallback((_, _, endpoint) => endpoint.UseMessageRetry(r =>
            {
                // No try does better on what is wrong in the message itself.
                r.Ignore<InvalidInputException>();
                r.Ignore<NotFoundException>();
                r.Immediate(3);
            }));
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
        services.AddSingleton<IPart>(p =>
            settings.IsRabbitMq ? new RabbitMqPart(() => RabbitMqUri(settings, configuration), p) : new MemoryBusPart());
        return services;
    }

    /// <summary>As it is set now; what is no URI does not replace the one that was.</summary>
    private static Uri RabbitMqUri(HostSettings settings, IConfiguration configuration) =>
        ServerCredentials.RabbitMq(configuration) ?? new Uri(settings.RabbitMqUri!);
}
