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
        services.AddSingleton<DatasetTransitions>();
        services.AddSingleton<DatasetBuilder>();
        services.AddSingleton<PreprocessService>();
        services.AddTransient<IPreprocessJob, PreprocessJob>();
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

internal sealed class PreprocessJob(PreprocessService service) : IPreprocessJob
{
    public Task RunAsync(string configHash, string label, CancellationToken cancellation) => service.PrepareAsync(ConfigHash.From(configHash), cancellation);
}
