using FLTS.Modules.Registry.Steps;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Preprocessing;

/// <summary>Step 1: prepares source CSVs.</summary>
internal sealed class PreprocessingModule : IModule
{
    public string Name => "Preprocessing";

    public JobQueue? Queue => new("preprocessing", Workers: 1);

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMetrics<PreprocessingMetrics>();
        services.AddSingleton<DatasetBuilder>();
        services.AddStepWorkBeside(typeof(PreprocessingModule));
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // Pipeline queues the work; nothing has to be heard.
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        // Datasets are taken and shown by Datasets; how preparing one goes is told by its pipeline.
    }
}
