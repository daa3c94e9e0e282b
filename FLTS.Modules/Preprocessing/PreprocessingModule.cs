using FLTS.Modules.Kit;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Preprocessing;

/// <summary>Step 1: takes, shows and prepares source CSVs.</summary>
internal sealed class PreprocessingModule : IModule
{
    public string Name => "Preprocessing";

    public JobQueue? Queue => new("preprocessing", Workers: 1);

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        var options = OptionsReading.Read<DatasetOptions>(configuration.GetSection(DatasetOptions.Section));
        services.AddSingleton(options);
        services.AddSingleton<ReadingTurn>();
        services.AddSingleton<SourceReader>();
        services.AddSingleton<SourceUpload>();
        services.AddSingleton<RowAppender>();
        services.AddSingleton<DatasetInsight>();
        services.AddSingleton<DatasetTransitions>();
        services.AddSingleton<DatasetBuilder>();
        services.AddSingleton<PreprocessService>();
        services.AddTransient<IPreprocessJob, PreprocessJob>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // Pipeline queues the work; nothing has to be heard.
    }

    public void MapEndpoints(IEndpointRouteBuilder routes) => DatasetEndpoints.Map(routes);
}

internal sealed class PreprocessJob(PreprocessService service) : IPreprocessJob
{
    public Task RunAsync(string configHash, string label, CancellationToken cancellation) => service.PrepareAsync(configHash, cancellation);
}
