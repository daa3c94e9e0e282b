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
        services.AddHostedService<FollowLoop>();
        services.AddSingleton<DatasetOptionsService>();
        services.AddSingleton<SeriesCache>();
        services.AddSingleton<SeriesService>();
        services.AddSingleton<IMeasuredValues>(p => p.GetRequiredService<SeriesService>());
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) =>
        bus.AddConsumer<MeasurementsArrivedConsumer, MeasurementsArrivedConsumerDefinition>();

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        DatasetEndpoints.Map(routes);
        SeriesEndpoints.Map(routes);
    }
}
