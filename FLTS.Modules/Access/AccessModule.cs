using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Access;

/// <summary>Who may do what: keys, sessions, and who did what. In every process: each must know who asks it.</summary>
internal sealed class AccessModule : IModule
{
    public string Name => "Access";

    public JobQueue? Queue => null;

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(OptionsReading.Read<AccessOptions>(configuration.GetSection(AccessOptions.Section)));
        services.AddSingleton<KeyGuesses>();
        services.AddSingleton<KnownKeys>();
        services.AddSingleton<Callers>();
        services.AddSingleton<ICallers>(p => p.GetRequiredService<Callers>());
        services.AddSingleton<KeyService>();
        services.AddSingleton<SessionService>();
        services.AddSingleton<AccessStores>();
        services.AddMetrics<AuditTrail>();
        services.AddSingleton<IAudit>(p => p.GetRequiredService<AuditTrail>());
        services.AddHostedService<AccessLoop>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // Nobody is let in by a message.
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        KeyEndpoints.Map(routes);
        SessionEndpoints.Map(routes);
        AuditEndpoints.Map(routes);
    }
}
