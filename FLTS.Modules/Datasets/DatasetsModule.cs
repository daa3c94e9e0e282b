using FLTS.Modules.Datasets.Reduced;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Datasets;

/// <summary>Sources as people see them: takes, lists, profiles and plots CSVs.</summary>
internal sealed class DatasetsModule : IModule
{
    public string Name => "Datasets";

    public JobQueue? Queue => null;

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<LatestRow>();
        services.AddSingleton<SourceUpload>();
        services.AddSingleton<RowAppender>();
        services.AddSingleton<DatasetInsight>();
        services.AddSingleton<DatasetOptionsService>();
        services.AddSingleton<SeriesCache>();
        services.AddSingleton<SeriesService>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // What is sent is stored at once: nothing has to be heard.
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        DatasetEndpoints.Map(routes);
        SeriesEndpoints.Map(routes);
    }
}
