using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Contracts;

/// <summary>The whole registration contract of a module: one folder, one namespace, one implementation of this.</summary>
public interface IModule
{
    /// <summary>Its name in <c>Modules:Enabled</c>; also its configuration section.</summary>
    string Name { get; }

    /// <summary>The job queue this module's workers serve; null where it has none.</summary>
    JobQueue? Queue { get; }

    /// <summary>Registers services and options. Called where the module is enabled.</summary>
    void AddServices(IServiceCollection services, IConfiguration configuration);

    /// <summary>Registers bus consumers. Called where the module is enabled.</summary>
    void AddConsumers(IBusRegistrationConfigurator bus);

    /// <summary>Maps HTTP endpoints. Called where the module is enabled.</summary>
    void MapEndpoints(IEndpointRouteBuilder routes);
}

/// <summary>A Hangfire queue and how many jobs of it run side by side in one process.</summary>
public sealed record JobQueue(string Name, int Workers);
