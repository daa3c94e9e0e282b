using FLTS.Modules.Page.Events;
using FLTS.Modules.Page.Reading;
using FLTS.Modules.Page.Settings;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Page;

/// <summary>The operator's page: what the registry knows, drawn; every command of it is the public API.</summary>
internal sealed class PageModule : IModule
{
    public string Name => "Page";

    public JobQueue? Queue => null;

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(OptionsReading.Read<PageOptions>(configuration.GetSection(PageOptions.Section)));
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<Listeners>();
        services.AddSingleton<EventEndpoints>();
        services.AddSingleton<PageAssets>();
        services.AddSingleton<Boards>();
        services.AddSingleton<StationScores>();
        services.AddSingleton<StationWatch>();
        services.AddSingleton<StationPages>();
        services.AddSingleton<ChartReader>();
        services.AddSingleton<ComparisonReader>();
        services.AddSingleton<PageReader>();
        services.AddHostedService<WarmUp>();
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, WrongAddresses>()); // The first that can is who writes.
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // It looks at rows when it is asked.
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        PageEndpoints.Map(routes);
        EventEndpoints.Map(routes);
    }
}
